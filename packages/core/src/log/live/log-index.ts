import type { Frame } from '../frame.ts'
import type { IndexEntry } from '../index-entry.ts'
import type { ArtefactClass } from '../kinds.ts'
import { compareMarks, type Mark, type Position } from '../position.ts'
import type { Snapshot } from '../snapshot.ts'
import { Blocks } from './blocks.ts'
import { Budget, BudgetedMap } from './budget.ts'
import { Cutoffs } from './cutoffs.ts'
import { ForeignCutoffs, raiseMark } from './foreign-cutoffs.ts'
import { IdHash } from './id-hash.ts'
import { Providers, type TrustedKey } from './providers.ts'
import { RevokedIds } from './revoked-ids.ts'
import { type SigningKey, SigningKeys } from './signing-keys.ts'

export interface LogIndexOptions {
  /** The log that it follows: 24 lower-case hexadecimal characters. */
  readonly log: string
  /** The classes of artefact that it is asked about. A floor counts for forgetting once it lies under all of them. */
  readonly classes: readonly ArtefactClass[]
  /** 16 secret random bytes for the hashes of ids; those of a snapshot replace them. See `IdHash`. */
  readonly hashKey: Uint8Array
  /** Memory in bytes beyond which it is incomplete, and so never fresh, rather than forgetful. Default 1 GiB. */
  readonly memoryLimit?: number
}

/**
 * Why an index cannot be fresh. `empty`: nothing loaded yet. `gap`: a range was missed. `view`: what it may see
 * has changed. `incarnation`: the log was opened anew. `overflow`: its memory is spent. All but a second overflow
 * end when a snapshot is loaded.
 */
export type Hole = 'empty' | 'gap' | 'view' | 'incarnation' | 'overflow'

/** What became of a frame or snapshot. `behind`: it is older than what is known. `other_log`: of another log. */
export type Applied = 'applied' | 'known' | 'behind' | 'other_log' | Hole

const DEFAULT_MEMORY = 2 ** 30

/**
 * What the live entries of one log amount to: the whole of what `standing` needs to know.
 *
 * It is a join of entries. Cutoffs and blocked keys only ever rise, registers (blocked subjects, trusted key sets)
 * take the highest position, so duplicated and reordered delivery cannot un-revoke. What it knows at once counts
 * against a token, in whatever order it came; whether it knows *enough* to call a token good is judged on the
 * ranges that frames cover: after a gap only a snapshot makes it whole again.
 */
export class LogIndex {
  readonly log: string
  readonly classes: readonly ArtefactClass[]
  readonly cutoffs: Cutoffs
  readonly foreign: ForeignCutoffs
  readonly blocks: Blocks
  readonly signingKeys: SigningKeys
  readonly providers: Providers
  readonly ids: RevokedIds
  readonly #revokedKeys: BudgetedMap<Mark>
  readonly #floors = new Map<ArtefactClass, number>()
  readonly #floorEntries = new Map<ArtefactClass, number>()
  readonly #budget: Budget
  #incarnation = 0
  #seq = 0
  #digest = ''
  #view = ''
  #hole: Exclude<Hole, 'overflow'> | undefined = 'empty'
  /** The furthest place of which a frame has told. */
  #seen: Mark = { incarnation: 0, seq: 0 }
  /**
   * In the authority: the entry that reports that this log lost entries. What they voided nobody knows, so nothing may
   * be called good, nor issued, until a new incarnation voids all that was. Whoever reads the log sets it.
   */
  divergence: Mark | undefined

  constructor({ log, classes, hashKey, memoryLimit = DEFAULT_MEMORY }: LogIndexOptions) {
    this.log = log
    this.classes = [...classes]
    const budget = new Budget(memoryLimit)
    this.#budget = budget
    this.cutoffs = new Cutoffs(budget)
    this.foreign = new ForeignCutoffs(budget)
    this.blocks = new Blocks(budget)
    this.signingKeys = new SigningKeys(budget)
    this.providers = new Providers(budget)
    this.ids = new RevokedIds(budget, new IdHash(hashKey))
    this.#revokedKeys = new BudgetedMap(budget)
  }

  /** The place up to which every entry of the view has been applied. */
  get position(): Position {
    return { log: this.log, incarnation: this.#incarnation, seq: this.#seq }
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get seq(): number {
    return this.#seq
  }

  /** The chain digest at `position`, as the authority stated it: a restored database is known by lacking it. */
  get digest(): string {
    return this.#digest
  }

  /** The version of the view that it follows. */
  get view(): string {
    return this.#view
  }

  /** Why it may lack an entry at or before `position`, or `undefined` when it lacks none. */
  get hole(): Hole | undefined {
    return this.#hole ?? (this.#budget.exceeded ? 'overflow' : undefined)
  }

  /** Bytes accounted for. */
  get memory(): number {
    return this.#budget.used
  }

  /** The entry by which a key was revoked, or a provider's key blocked: for ever. */
  revokedKey(thumbprint: string): Mark | undefined {
    return this.#revokedKeys.get(thumbprint)
  }

  /** All thumbprints never to be trusted again, which outlive the incarnations and are handed back to the authority. */
  get revokedKeys(): readonly string[] {
    return [...this.#revokedKeys.entries()].map(([thumbprint]) => thumbprint)
  }

  /** The keys of our authorization servers by which a signature may be verified. */
  verificationKeys(): readonly SigningKey[] {
    const floor = { incarnation: this.#incarnation, seq: this.#commonFloor() }
    return [...this.signingKeys.published(floor)].filter(({ key }) => this.revokedKey(key) === undefined)
  }

  /** The identity providers of which keys are known. */
  providerIssuers(): readonly string[] {
    return this.providers.issuers()
  }

  /** The keys of an identity provider by which a signature may be verified: what is trusted less what is blocked. */
  trustedKeys(issuer: string): readonly TrustedKey[] {
    return (this.providers.trusted(issuer) ?? []).filter(({ key }) => this.revokedKey(key) === undefined)
  }

  /** The floor of a class: whatever has a lower `pos` is void. */
  floor(of: ArtefactClass): number {
    return this.#floors.get(of) ?? 0
  }

  /** The entry that set the floor. */
  floorEntry(of: ArtefactClass): number {
    return this.#floorEntries.get(of) ?? 0
  }

  /**
   * Takes in a frame. Its entries count whatever it returns, unless the frame is of another log or an earlier
   * incarnation; the position only moves over ranges that join on. Live entries that are read from a store page by
   * page may be applied as frames too, after a snapshot of what earlier incarnations left, at sequence 0.
   */
  apply(frame: Frame): Applied {
    if (frame.log !== this.log) return 'other_log'
    if (frame.incarnation < this.#incarnation) return 'behind'
    if (frame.incarnation > this.#incarnation) this.#open(frame.incarnation)
    const known = frame.to <= this.#seq
    this.#see({ incarnation: frame.incarnation, seq: frame.to })
    for (const entry of frame.entries) if (compareMarks(entry, this.position) > 0) this.#join(entry)
    if (this.#hole !== 'empty' && frame.view !== this.#view) this.#hole = 'view'
    else if (this.#hole === undefined && frame.from > this.#seq) this.#hole = 'gap'
    if (this.#hole !== undefined) return this.#hole
    if (!known) {
      this.#seq = frame.to
      this.#digest = frame.digest
    }
    return this.hole ?? (known ? 'known' : 'applied')
  }

  /**
   * Takes in all live entries at a position, which closes every hole. Refused as `behind` when frames have told of
   * a later place: a follower is never taken back, not even by its own authority. Registers and key sets are
   * replaced, for the snapshot states them all; cutoffs and blocked keys are joined, for they never fall.
   */
  load(snapshot: Snapshot): Applied {
    if (snapshot.log !== this.log) return 'other_log'
    if (compareMarks(snapshot, this.#seen) < 0) return 'behind'
    if (snapshot.incarnation > this.#incarnation) this.#open(snapshot.incarnation)
    this.#budget.reset()
    this.blocks.clear()
    this.signingKeys.clear()
    this.providers.clearTrusted()
    if (snapshot.ids !== undefined) this.ids.load(snapshot.ids)
    for (const entry of snapshot.entries) this.#join(entry)
    this.#seq = snapshot.seq
    this.#digest = snapshot.digest
    this.#view = snapshot.view
    this.#hole = undefined
    this.#see(snapshot)
    return this.hole ?? 'applied'
  }

  /**
   * Throws away what it knows of a history that the log no longer has, so that the next snapshot may lie before it. For
   * the authority alone: a follower is never taken back. Revoked keys and foreign cutoffs stay; they void more, not less.
   */
  startAnew(): void {
    this.#open(0)
    this.#seen = { incarnation: 0, seq: 0 }
    this.#hole = 'empty'
  }

  /** The entries that it amounts to, without the individually revoked ids. */
  *entries(): Generator<IndexEntry> {
    for (const [of, floor] of this.#floors) {
      const seq = this.floorEntry(of)
      yield {
        incarnation: this.#incarnation,
        seq,
        kind: 'index.floor',
        subject: {},
        data: { class: of, floor },
      }
    }
    for (const [key, { incarnation, seq }] of this.#revokedKeys.entries())
      yield { incarnation, seq, kind: 'key.revoked', subject: { key }, data: {} }
    yield* this.cutoffs.entries(this.#incarnation)
    yield* this.foreign.entries()
    yield* this.blocks.entries()
    yield* this.signingKeys.entries()
    yield* this.providers.entries()
  }

  #join(entry: IndexEntry): void {
    if (entry.incarnation === this.#incarnation) {
      this.ids.join(entry)
      this.cutoffs.join(entry)
      if (entry.kind === 'index.floor') this.#raiseFloor(entry.data.class, entry.data.floor, entry.seq)
    }
    this.foreign.join(entry)
    this.blocks.join(entry)
    this.signingKeys.join(entry)
    this.providers.join(entry)
    if (entry.kind === 'key.revoked') raiseMark(this.#revokedKeys, entry.subject.key, entry)
    if (entry.kind === 'idp_jwks.revoked' || entry.kind === 'idp_jwks.refreshed') {
      for (const thumbprint of entry.data.blocked ?? []) raiseMark(this.#revokedKeys, thumbprint, entry)
    }
  }

  /** Forgetting is only safe under a floor, which voids all that the forgotten entries could. */
  #raiseFloor(of: ArtefactClass, floor: number, seq: number): void {
    // The later of two equal floors tells of it, so that the order of arrival does not show.
    const isHigher = floor - this.floor(of) || seq - this.floorEntry(of)
    if (!this.classes.includes(of) || isHigher <= 0) return
    this.#floors.set(of, floor)
    this.#floorEntries.set(of, seq)
    this.ids.raiseFloor(of, floor, this.#commonFloor())
    this.cutoffs.sweep(this.#commonFloor())
  }

  /** The floor that every class judged here has reached. */
  #commonFloor(): number {
    return Math.min(...this.classes.map((of) => this.floor(of)))
  }

  /** A new incarnation voids every earlier position by itself, so what voided by position may go. */
  #open(incarnation: number): void {
    this.#incarnation = incarnation
    this.#seq = 0
    this.#digest = ''
    if (this.#hole !== 'empty') this.#hole = 'incarnation'
    this.divergence = undefined
    this.#floors.clear()
    this.#floorEntries.clear()
    this.cutoffs.clear()
    this.ids.clear()
  }

  #see({ incarnation, seq }: Mark): void {
    if (compareMarks({ incarnation, seq }, this.#seen) > 0) this.#seen = { incarnation, seq }
  }
}
