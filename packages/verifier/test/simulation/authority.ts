import { hash } from 'node:crypto'
import {
  compareMarks,
  encodeFrame,
  encodeSnapshot,
  formatPosition,
  type IndexEntry,
  LogIndex,
  type Mark,
  parsePosition,
  SIGNING_RING,
  type View,
  viewOf,
  viewVersion,
} from '@rescind/core/log'
import { AuthorityRefusal } from '../../src/follow/answers.ts'
import type { ServerEvent } from '../../src/follow/events.ts'
import type { Grant } from '../../src/follow/lease.ts'
import type { Chance } from './chance.ts'
import type { Committed, History, IssuedToken } from './history.ts'
import { ConnectionLost, type Stream } from './network.ts'
import { backwards, isGood } from './reference-model.ts'
import type { Time } from './time.ts'
import { ISSUER, keyCalled, keyOfGeneration, LOG, RESOURCES, signed } from './tokens.ts'

const ACTOR = { type: 'system', id: 'simulation' } as const
const HEARTBEAT = 5_000
const LONG_POLL = 25_000
const POLL_STEP = 250

export type Contract = Pick<Grant, 'maxStaleness' | 'whenStale'>
/** What an entry says, before it has a place. */
export type Said = IndexEntry extends infer Each
  ? Each extends IndexEntry
    ? Omit<Each, keyof Mark>
    : never
  : never

/** A copy of the database: the log and the ledger of tokens. */
export interface Backup {
  readonly end: Committed | undefined
  readonly tokens: readonly IssuedToken[]
}

/** An event as it is sent, with what the checker is to know of it. */
export interface Sent extends ServerEvent {
  readonly data: string
  readonly delivers?: {
    readonly after: number
    readonly end: Committed
    readonly resources: readonly string[]
  }
}

interface Follower {
  readonly stream: Stream<Sent>
  after: number
}

/**
 * A small authority: a log that is durable, and everything else forgotten when it is killed. Frames, snapshots, views
 * and positions are those of `@rescind/core`; what it decides follows LOG.md.
 */
export class Authority {
  readonly contract: Contract
  #tokens: readonly IssuedToken[] = []
  readonly #time: Time
  readonly #chance: Chance
  readonly #history: History
  readonly #followers = new Set<Follower>()
  #end: Committed | undefined
  #nextId = 0
  #issued = 0
  #key = keyOfGeneration(0)
  #nextKey = 0
  #isUp = false
  /** Set by a report of knowledge that is not here: nothing is issued or acknowledged until somebody recovers. */
  #halted = false
  #highest = 1
  #view = viewOfResources([RESOURCES[0]])
  #viewName = viewVersion(this.#view)
  /** Faulty on purpose: whether a place that is not in the log goes unnoticed. */
  readonly ignoresDivergence: boolean

  constructor(time: Time, chance: Chance, history: History, contract: Contract, ignoresDivergence = false) {
    this.#time = time
    this.#chance = chance
    this.#history = history
    this.contract = contract
    this.ignoresDivergence = ignoresDivergence
    this.start()
    this.#openKeys()
    this.#beat()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** What a restore brings back. */
  backup(): Backup {
    return { end: this.#end, tokens: this.#tokens }
  }

  start(): void {
    this.#isUp = true
  }

  /** Kill -9: the log stays, connections break. */
  kill(): void {
    this.#isUp = false
    for (const { stream } of this.#followers) stream.fail()
    this.#followers.clear()
  }

  /** Brings back an older database, without telling anybody. */
  restore({ end, tokens }: Backup): void {
    this.kill()
    this.#end = end
    this.#tokens = tokens
    const activated = [...backwards(end)].find(({ entry }) => entry?.kind === 'key.activated')?.entry
    if (activated?.kind === 'key.activated') this.#key = keyCalled(activated.subject.key)
    this.#record({ type: 'restored', end })
    this.start()
  }

  /** `rescind recover`: a new incarnation, above any reported, with new keys. */
  recover(): void {
    this.#highest = Math.max(this.#highest, this.#end?.mark.incarnation ?? 1) + 1
    this.#halted = false
    for (const { stream } of this.#followers) stream.fail()
    this.#followers.clear()
    this.#append({ kind: 'key.revoked', subject: { key: this.#key.thumbprint }, data: {} }, this.#highest)
    this.#openKeys()
  }

  /** Changes what the cluster may see. */
  widenView(): void {
    this.#view = viewOfResources(RESOURCES)
    this.#viewName = viewVersion(this.#view)
    for (const { stream } of this.#followers) {
      stream.push({ event: 'snapshot', data: 'due' })
      stream.end()
    }
    this.#followers.clear()
  }

  /** One change: committed at once, and acknowledged to whoever asked unless the authority dies in between. */
  async change(said: readonly Said[]): Promise<void> {
    this.#refuseUnlessServing()
    const committed = said.map((each) => this.#append(each))
    await this.#answer(committed)
  }

  /** An entry that concerns no verifier. */
  async note(): Promise<void> {
    this.#refuseUnlessServing()
    await this.#answer([this.#append(undefined)])
  }

  /** The floor that no unexpired token lies below. */
  async raiseFloor(): Promise<void> {
    this.#refuseUnlessServing()
    const { incarnation, seq } = this.#place()
    const live = this.#tokens.filter(
      ({ expiresAt, position }) => expiresAt > this.#time.now && position.incarnation === incarnation,
    )
    const floor = Math.min(seq, ...live.map(({ position }) => position.seq))
    if (floor > 0) await this.change([{ kind: 'index.floor', subject: {}, data: { class: 'access', floor } }])
  }

  /** Issues a token; one that was voided while it was made is not handed out. */
  async issue(
    subjects: Omit<IssuedToken, 'text' | 'jti' | 'key' | 'position' | 'expiresAt'>,
    lifetime: number,
  ): Promise<IssuedToken | undefined> {
    this.#refuseUnlessServing()
    const position = this.#place()
    const key = this.#key
    const expiresAt = this.#time.now + lifetime
    await this.#time.wait(this.#chance.between(0, 20))
    this.#refuseUnlessServing()
    const jti = `t${this.#issued}`
    const facts = { ...subjects, jti, key: key.thumbprint, position, expiresAt }
    const token = { ...facts, text: signed(facts, key) }
    if (!this.#has(position) || !isGood(this.#end, token)) return undefined
    this.#tokens = [...this.#tokens, token]
    this.#issued++
    return token
  }

  /** RFC 7662, by the log's own word. */
  async introspect(text: string): Promise<string | undefined> {
    this.#refuseUnlessServing()
    const token = this.#tokens.find((each) => each.text === text)
    const isActive =
      token !== undefined &&
      token.expiresAt > this.#time.now &&
      this.#has(token.position) &&
      isGood(this.#end, token)
    return isActive ? formatPosition({ log: LOG, ...this.#place() }) : undefined
  }

  async register(): Promise<void> {
    this.#refuseUnlessUp()
  }

  /** The head is read after the acknowledgement has arrived. */
  async acknowledge(position: string, digest: string): Promise<Grant> {
    this.#refuseUnlessServing()
    this.#refuseDiverged(position, digest)
    const head = { log: LOG, ...this.#place() }
    return { head, view: this.#viewName, ...this.contract }
  }

  /** The live entries, and where they end. */
  async snapshot(
    query: URLSearchParams,
  ): Promise<{ bytes: Uint8Array; end: Committed; resources: readonly string[] }> {
    this.#refuseUnlessUp()
    const after = query.get('after')
    if (after !== null) this.#refuseDiverged(after, query.get('digest'))
    const end = this.#end
    if (end === undefined) throw new ConnectionLost('nothing there')
    const index = new LogIndex({ log: LOG, classes: ['access'], hashKey: HASH_KEY })
    const { incarnation } = end.mark
    const kept = [...backwards(end)].filter(
      ({ mark, entry }) => mark.incarnation === incarnation || entry?.kind.startsWith('key.'),
    )
    const entries = kept.reverse().flatMap((each) => this.#seen(each))
    index.load({ log: LOG, ...end.mark, view: this.#viewName, digest: end.digest, entries })
    return { bytes: encodeSnapshot(index), end, resources: this.#view.resources }
  }

  /** Follows from a place; the first frame says where the log stands. */
  follow(query: URLSearchParams, stream: Stream<Sent>): void {
    this.#refuseUnlessUp()
    const follower = { stream, after: this.#placeAsked(query).seq }
    this.#followers.add(follower)
    this.#tell(follower, true)
  }

  /** The same for those who ask again and again: answered once there is something, or after a while. */
  async news(query: URLSearchParams): Promise<Sent> {
    for (let waited = 0; ; waited += POLL_STEP) {
      this.#refuseUnlessUp()
      const mark = this.#placeAsked(query)
      if (mark.seq < this.#place().seq || waited >= LONG_POLL) return this.#frameAfter(mark.seq)
      await this.#time.wait(POLL_STEP)
    }
  }

  /** The entry at a place of the present log. */
  entryAt(mark: Mark): Committed | undefined {
    return [...backwards(this.#end)].find((each) => compareMarks(each.mark, mark) === 0)
  }

  #place(): Mark {
    return this.#end?.mark ?? { incarnation: 1, seq: 0 }
  }

  #has(mark: Mark): boolean {
    return mark.seq === 0 || this.entryAt(mark) !== undefined
  }

  #append(said: Said | undefined, opening?: number): Committed {
    const { incarnation, seq } = this.#place()
    const mark = opening === undefined ? { incarnation, seq: seq + 1 } : { incarnation: opening, seq: 1 }
    const id = this.#nextId++
    const digest = hash('sha256', `${this.#end?.digest} ${id}`)
    const entry = said === undefined ? undefined : { ...said, ...mark }
    const committed: Committed = { id, mark, entry, digest, parent: this.#end }
    this.#end = committed
    this.#record({ type: 'committed', entry: committed })
    // Followers hear of it a little later, and of several entries in one frame.
    this.#time.after(this.#chance.between(0, 15), () => {
      for (const follower of this.#followers) this.#tell(follower)
    })
    return committed
  }

  async #answer(committed: readonly Committed[]): Promise<void> {
    await this.#time.wait(this.#chance.between(0, 5))
    if (!this.#isUp) throw new ConnectionLost('killed before it answered')
    for (const entry of committed)
      if (this.#has(entry.mark) && this.entryAt(entry.mark) === entry)
        this.#record({ type: 'acknowledged', entry })
  }

  /** A revoked key and its successor are one change. */
  async replaceKey(): Promise<void> {
    this.#refuseUnlessServing()
    const revoked = this.#append({ kind: 'key.revoked', subject: { key: this.#key.thumbprint }, data: {} })
    this.#openKeys()
    await this.#answer([revoked])
  }

  #openKeys(): void {
    this.#key = keyOfGeneration(this.#nextKey++)
    const { thumbprint: key, jwk } = this.#key
    const subject = { key, issuer: ISSUER }
    this.#append({ kind: 'key.published', subject, data: { ring: SIGNING_RING, kid: key, jwk } })
    this.#append({ kind: 'key.activated', subject, data: { ring: SIGNING_RING } })
  }

  #tell(follower: Follower, evenIfEmpty = false): void {
    const { seq } = this.#place()
    if (!this.#isUp || (follower.after >= seq && !evenIfEmpty)) return
    follower.stream.push(this.#frameAfter(follower.after))
    follower.after = seq
  }

  /** Where a follower says that it is. */
  #placeAsked(query: URLSearchParams): Mark {
    const after = query.get('after') ?? ''
    this.#refuseDiverged(after, query.get('digest'))
    const mark = parsePosition(after)
    const isHere = mark?.incarnation === this.#place().incarnation
    if (!isHere || query.get('view') !== this.#viewName) throw new AuthorityRefusal(409, 'log_snapshot_due')
    return mark
  }

  #frameAfter(after: number): Sent {
    const end = this.#end
    if (end === undefined) throw new ConnectionLost('nothing there')
    const { incarnation, seq } = end.mark
    const fresh = [...backwards(end)].filter(
      ({ mark }) => mark.seq > after && mark.incarnation === incarnation,
    )
    const range = { log: LOG, incarnation, from: Math.min(after, seq), to: seq }
    const entries = fresh.reverse().flatMap((each) => this.#seen(each))
    const bytes = encodeFrame({ ...range, view: this.#viewName, digest: end.digest, entries })
    const delivers = { after: range.from, end, resources: this.#view.resources }
    return { event: 'frame', data: Buffer.from(bytes).toString('base64url'), delivers }
  }

  #beat(): void {
    this.#time.after(HEARTBEAT, () => {
      for (const follower of this.#followers)
        if (follower.stream.isOpen) this.#tell(follower, true)
        else this.#followers.delete(follower)
      this.#beat()
    })
  }

  #seen({ mark, entry }: Committed): IndexEntry[] {
    if (entry === undefined) return []
    const { kind, subject, data } = entry
    const position = { log: LOG, ...mark }
    const seen = viewOf(
      { kind, subject, data, position, at: 0, actor: ACTOR } as Parameters<typeof viewOf>[0],
      this.#view,
    )
    return seen === undefined ? [] : [seen]
  }

  /** Continuity: a place of an earlier incarnation is only history; one of this that is not here is a report. */
  #refuseDiverged(position: string, digest: string | null): void {
    const mark = parsePosition(position)
    if (mark === undefined) throw new AuthorityRefusal(400, 'invalid_request')
    if (this.ignoresDivergence || mark.seq === 0 || mark.incarnation < this.#place().incarnation) return
    const held = this.entryAt(mark)
    if (held !== undefined && (digest === null || held.digest === digest)) return
    this.#highest = Math.max(this.#highest, mark.incarnation)
    this.#halted = true
    throw new AuthorityRefusal(409, 'log_diverged')
  }

  #refuseUnlessUp(): void {
    if (!this.#isUp) throw new ConnectionLost('connection refused')
  }

  #refuseUnlessServing(): void {
    this.#refuseUnlessUp()
    if (this.#halted) throw new AuthorityRefusal(503, 'log_diverged')
  }

  #record(event: DistributiveOmit<History['events'][number], 'at'>): void {
    this.#history.events.push({ ...event, at: this.#time.now })
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

function viewOfResources(resources: readonly string[]): View {
  return { classes: ['access'], issuers: [ISSUER], resources, providers: [] }
}

const HASH_KEY = new Uint8Array(16).fill(7)
