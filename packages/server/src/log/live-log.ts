import { hash } from 'node:crypto'
import {
  type ArtefactClass,
  chainDigest,
  compareMarks,
  type Frame,
  GENESIS_DIGEST,
  type IndexEntry,
  LogIndex,
  type Mark,
} from '@rescind/core/log'
import { DomainError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { findHalt } from '../store/queries/log-halts.ts'
import { framesOf, type Sight, seen, WHOLE_SIGHT } from './frames.ts'
import type { LostPlace } from './halt.ts'
import { isInLog } from './known-place.ts'
import { type LoggedEntry, type LogHead, snapshotEntries } from './read.ts'
import { PositionAhead, type Tail } from './tail.ts'

export interface LiveLogOptions {
  readonly store: Store
  readonly tail: Tail
  readonly log: string
  /** Which artefacts it is asked about. */
  readonly classes: readonly ArtefactClass[]
  /** 16 random bytes, of this process. */
  readonly hashKey: Uint8Array
  /** What is seen of the log; by default all of it. */
  readonly sight?: Sight
  /** Told of each range that was applied, in order. */
  onFrame?(frame: Frame, entries: readonly LoggedEntry[]): void
  /** Told when everything was read anew: the next range may not join on to the last. */
  onReloaded?(): void
  /** Told of a place that was in this database and is not any more; resolves once every node knows of it. */
  onDiverged(place: LostPlace): Promise<void>
  /** Told when following fails; it goes on by itself. */
  onTrouble(trouble: unknown): void
}

/** How long to wait before following again after a failure, in milliseconds. */
const RETRY = 100

/** One log as this process knows it: an index that follows the tail. */
export class LiveLog {
  readonly index: LogIndex
  readonly #options: LiveLogOptions
  readonly #sight: Sight
  readonly #end = new AbortController()
  #diverging: Promise<void> | undefined
  #waiting: { readonly mark: Mark; readonly resolve: () => void }[] = []

  constructor(options: LiveLogOptions) {
    this.#options = options
    this.#sight = options.sight ?? WHOLE_SIGHT
    const { log, classes, hashKey } = options
    this.index = new LogIndex({ log, classes, hashKey })
  }

  /** Loads the live entries and follows from there, until `close`. Rejects where the first load fails. */
  async open(): Promise<void> {
    await this.#load()
    void this.#follow()
  }

  close(): void {
    this.#end.abort()
  }

  /** Whether everything up to a place has been applied. */
  hasReached(mark: Mark): boolean {
    return this.index.hole === undefined && compareMarks(this.index.position, mark) >= 0
  }

  /** @throws DomainError `store_unavailable` when it takes longer than `budget` milliseconds */
  async reach(mark: Mark, budget: number): Promise<void> {
    if (this.hasReached(mark)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new DomainError('store_unavailable')), budget)
    const waiting = { mark, resolve }
    this.#waiting.push(waiting)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /**
   * Compares what is known with a head that was read after it was known. A database that was put back to an older
   * state lacks it: then that is reported, and what is known begins anew with what the database has.
   *
   * @param before what was known before the head was read
   */
  async compare(head: LogHead, before: LostPlace): Promise<void> {
    const order = compareMarks(head.position, before.position)
    if (before.digest !== '' && (order < 0 || (order === 0 && head.digest !== before.digest)))
      await this.#diverge(before)
  }

  /** Nothing is called good from this moment on; one report tells of it. */
  #diverge(place: LostPlace): Promise<void> {
    this.index.divergence ??= place.position
    this.#diverging ??= this.#options
      .onDiverged(place)
      .then(() => {
        this.index.startAnew()
        return this.#load()
      })
      .finally(() => {
        this.#diverging = undefined
      })
    return this.#diverging
  }

  /** Reads everything anew; but what is known and not there any more is reported first, never merely forgotten. */
  async #load(): Promise<void> {
    const { store, log, classes } = this.#options
    const { position: known, digest } = this.index
    const lost = await store.read({ organizationId: log }, async (tx) => {
      if (digest !== '' && !(await isInLog(tx, { position: known, digest })))
        return { position: known, digest }
      const { head, pages } = await snapshotEntries(tx, log, { classes })
      const entries: IndexEntry[] = []
      for await (const page of pages) for (const entry of seen(page, this.#sight)) entries.push(entry)
      const { incarnation, seq } = head.position
      this.index.load({ log, incarnation, seq, digest: head.digest, view: this.#sight.version, entries })
      this.index.divergence = await findHalt(tx)
      return undefined
    })
    if (lost !== undefined) return this.#diverge(lost)
    this.#options.onReloaded?.()
    this.#wake()
  }

  async #follow(): Promise<void> {
    const { tail, log, onTrouble } = this.#options
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        if (this.index.hole !== undefined) await this.#load()
        for await (const entries of tail.follow(log, this.index.position, signal)) {
          const lost = this.#lostBefore(entries)
          if (lost !== undefined) await this.#diverge(lost)
          else this.#apply(entries)
          if (lost !== undefined) break
        }
      } catch (trouble) {
        onTrouble(trouble)
        const { position, digest } = this.index
        if (trouble instanceof PositionAhead) await this.#diverge({ position, digest }).catch(onTrouble)
        // Whatever it was, the database's own snapshot is the way back.
        await new Promise((resolve) => setTimeout(resolve, RETRY).unref())
        await this.#load().catch(onTrouble)
      }
    }
  }

  /** What is known, where these entries do not follow from it. */
  #lostBefore([first]: readonly LoggedEntry[]): LostPlace | undefined {
    const { position, digest } = this.index
    if (first === undefined || first.position.incarnation !== position.incarnation) return undefined
    if (first.position.seq !== position.seq + 1) return undefined
    const before = position.seq === 0 ? GENESIS_DIGEST : digest
    return chainDigest(before, first.body, sha256) === first.digest ? undefined : { position, digest }
  }

  #apply(entries: readonly LoggedEntry[]): void {
    for (const { kind, position } of entries) {
      if (kind === 'log.diverged') this.index.divergence = position
      else if (kind === 'log.divergence_dismissed') this.index.divergence = undefined
    }
    for (const frame of framesOf(entries, this.#sight)) {
      this.index.apply(frame)
      if (this.index.hole !== undefined) throw new Error(`the index has a hole: ${this.index.hole}`)
      this.#options.onFrame?.(frame, entries)
    }
    this.#wake()
  }

  #wake(): void {
    for (const { mark, resolve } of this.#waiting) if (this.hasReached(mark)) resolve()
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
