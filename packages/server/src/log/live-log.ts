import {
  type ArtefactClass,
  compareMarks,
  type Frame,
  type IndexEntry,
  LogIndex,
  type Mark,
} from '@rescind/core/log'
import { DomainError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { framesOf, type Sight, seen, WHOLE_SIGHT } from './frames.ts'
import { type LoggedEntry, snapshotEntries } from './read.ts'
import type { Tail } from './tail.ts'

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

  async #load(): Promise<void> {
    const { store, log, classes } = this.#options
    await store.read({ organizationId: log }, async (tx) => {
      const { head, pages } = await snapshotEntries(tx, log, { classes })
      const entries: IndexEntry[] = []
      for await (const page of pages) for (const entry of seen(page, this.#sight)) entries.push(entry)
      const { incarnation, seq } = head.position
      this.index.load({ log, incarnation, seq, digest: head.digest, view: this.#sight.version, entries })
    })
    this.#options.onReloaded?.()
    this.#wake()
  }

  async #follow(): Promise<void> {
    const { tail, log, onTrouble } = this.#options
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        if (this.index.hole !== undefined) await this.#load()
        for await (const entries of tail.follow(log, this.index.position, signal)) this.#apply(entries)
      } catch (trouble) {
        onTrouble(trouble)
        // Whatever it was, the database's own snapshot is the way back.
        await new Promise((resolve) => setTimeout(resolve, RETRY).unref())
        await this.#load().catch(onTrouble)
      }
    }
  }

  #apply(entries: readonly LoggedEntry[]): void {
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
