import type { Position } from '@rescind/core/log'
import type { Store } from '../store/index.ts'
import { head, type LoggedEntry, readEntries } from './read.ts'

export interface FeedOptions {
  /** How many of the newest entries are kept for those who follow. */
  readonly window: number
  /** How many entries are read at once. */
  readonly page: number
  /** How long to wait after a failed read, in milliseconds. */
  readonly retry: number
}

/** The newest entries of one log, read once for all who follow it. */
export class Feed {
  readonly log: string
  readonly #store: Store
  readonly #options: FeedOptions
  readonly #waiting = new Set<() => void>()
  #window: readonly LoggedEntry[] = []
  /** Where the window begins (exclusive) and ends; unknown until the head was first read. */
  #floor: Position | undefined
  #end: Position | undefined
  #version = 0
  #dirty = true
  #reading = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(store: Store, log: string, options: FeedOptions) {
    this.log = log
    this.#store = store
    this.#options = options
  }

  /** Grows whenever there is something new to look at. */
  get version(): number {
    return this.#version
  }

  /** Where the window ends. */
  get end(): Position | undefined {
    return this.#end
  }

  /** The entries after a position, or `undefined` where the window does not reach back that far. */
  after(position: Position): readonly LoggedEntry[] | undefined {
    if (this.#floor === undefined || isBefore(position, this.#floor)) return undefined
    return this.#window.filter((entry) => isBefore(position, entry.position))
  }

  /** Resolves once the version is another than the one given, or the signal is aborted, or the feed is closed. */
  changed(since: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== since || signal.aborted || this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  /** Looks for new entries, now or as soon as the look under way is over. */
  look(): void {
    this.#dirty = true
    if (!this.#reading && !this.#closed) void this.#read()
  }

  /** Begins anew with what the database has: it was put back to a state before the window's end. */
  restart(): void {
    this.#window = []
    this.#floor = undefined
    this.#end = undefined
    this.#wake()
    this.look()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#wake()
  }

  async #read(): Promise<void> {
    this.#reading = true
    while (this.#dirty && !this.#closed) {
      this.#dirty = false
      try {
        await this.#readOnce()
      } catch {
        // The database is not there. Whoever follows stays where it is, and is not told that it is up to date.
        this.#retry = setTimeout(() => this.look(), this.#options.retry)
        this.#retry.unref()
        break
      }
    }
    this.#reading = false
  }

  async #readOnce(): Promise<void> {
    const { log } = this
    const end = this.#end
    if (end === undefined) {
      const { position } = await this.#store.read({ organizationId: log }, (tx) => head(tx))
      this.#floor = position
      this.#end = position
      this.#wake()
      return
    }
    const { page, window } = this.#options
    const entries = await this.#store.read({ organizationId: log }, (tx) => readEntries(tx, log, end, page))
    if (entries.length === 0 || this.#end !== end) return
    if (entries.length === page) this.#dirty = true
    const all = [...this.#window, ...entries]
    const dropped = Math.max(0, all.length - window)
    this.#floor = all[dropped - 1]?.position ?? this.#floor
    this.#window = all.slice(dropped)
    this.#end = entries.at(-1)?.position ?? end
    this.#wake()
  }

  #wake(): void {
    this.#version += 1
    for (const done of [...this.#waiting]) done()
  }
}

/** Whether one position of a log comes before another of the same log: incarnation first. */
export function isBefore(a: Position, b: Position): boolean {
  return a.incarnation === b.incarnation ? a.seq < b.seq : a.incarnation < b.incarnation
}
