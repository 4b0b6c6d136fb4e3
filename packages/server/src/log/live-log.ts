import {
  type ArtefactClass,
  compareMarks,
  decodeEntry,
  type IndexEntry,
  LogIndex,
  type Mark,
  type Position,
  toIndexEntry,
} from '@rescind/core/log'
import { DomainError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { type LoggedEntry, snapshotEntries } from './read.ts'
import type { Tail } from './tail.ts'

/** The authority itself sees every entry: its view has no bounds, and so no version. */
const WHOLE_LOG = ''

export interface LiveLogOptions {
  readonly store: Store
  readonly tail: Tail
  readonly log: string
  /** Which artefacts it is asked about. */
  readonly classes: readonly ArtefactClass[]
  /** 16 random bytes, of this process. */
  readonly hashKey: Uint8Array
  /** Told when following fails; it goes on by itself. */
  onTrouble(trouble: unknown): void
}

/** How long to wait before following again after a failure, in milliseconds. */
const RETRY = 100

/** One log as this process knows it: an index that follows the tail. */
export class LiveLog {
  readonly index: LogIndex
  readonly #options: LiveLogOptions
  readonly #end = new AbortController()
  #waiting: { readonly mark: Mark; readonly resolve: () => void }[] = []

  constructor(options: LiveLogOptions) {
    this.#options = options
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
      for await (const page of pages) entries.push(...page.flatMap(indexed))
      const { incarnation, seq } = head.position
      this.index.load({ log, incarnation, seq, digest: head.digest, view: WHOLE_LOG, entries })
    })
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
    for (const group of byIncarnation(entries)) {
      const last = group.at(-1)
      const first = group[0]
      if (first === undefined || last === undefined) continue
      this.index.apply({
        log: this.index.log,
        incarnation: last.position.incarnation,
        from: first.position.seq - 1,
        to: last.position.seq,
        view: WHOLE_LOG,
        digest: last.digest,
        entries: group.flatMap(indexed),
      })
      if (this.index.hole !== undefined) throw new Error(`the index has a hole: ${this.index.hole}`)
    }
    this.#wake()
  }

  #wake(): void {
    for (const { mark, resolve } of this.#waiting) if (this.hasReached(mark)) resolve()
  }
}

/** What the index makes of an entry of the store: nothing, for one that voids nothing. */
function indexed({ body }: LoggedEntry): IndexEntry[] {
  const decoded = decodeEntry(body)
  if (!decoded.known) return []
  const entry = toIndexEntry(decoded.entry)
  return entry === undefined ? [] : [entry]
}

function byIncarnation(entries: readonly LoggedEntry[]): LoggedEntry[][] {
  const groups: LoggedEntry[][] = []
  let current: Position | undefined
  for (const entry of entries) {
    if (current?.incarnation !== entry.position.incarnation) groups.push([])
    groups.at(-1)?.push(entry)
    current = entry.position
  }
  return groups
}
