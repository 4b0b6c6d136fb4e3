import { formatPosition, type Position } from '@rescind/core/log'
import { type Store, SYSTEM } from '../store/index.ts'
import { Feed, isBefore } from './feed.ts'
import { head, type LoggedEntry, readEntries } from './read.ts'

export interface TailOptions {
  /** On PostgreSQL, where a notice can be lost: how often to look at the heads, in milliseconds. */
  readonly pollInterval?: number
  /** How far behind somebody who once was up to date may fall, in entries. */
  readonly window?: number
  /** How many entries are read, and handed over, at once. */
  readonly page?: number
}

const DEFAULTS = { pollInterval: 250, window: 4_096, page: 500 }

/** Who followed was too slow and was cut off: the others are not held up. It may follow again from `position`. */
export class TailOutrun extends Error {
  override readonly name = 'TailOutrun'
  readonly position: Position

  constructor(position: Position) {
    super(`too far behind the log: stopped at ${formatPosition(position)}`)
    this.position = position
  }
}

/** Somebody knows a position that this database does not have: it was restored, or it is not the primary. */
export class PositionAhead extends Error {
  override readonly name = 'PositionAhead'
  readonly position: Position
  readonly head: Position

  constructor(position: Position, head: Position) {
    super(`${formatPosition(position)} lies beyond ${formatPosition(head)}, the head of the log`)
    this.position = position
    this.head = head
  }
}

/**
 * The tail of every log: who follows gets every entry, in order and once, from any position on. A log is read
 * once for all who follow it; whoever is further back reads for itself until it has caught up.
 */
export class Tail {
  readonly #store: Store
  readonly #options: Required<TailOptions>
  readonly #feeds = new Map<string, { readonly feed: Feed; followers: number }>()
  readonly #stopListening: () => void
  #poll: NodeJS.Timeout | undefined
  #closed = false

  constructor(store: Store, options: TailOptions = {}) {
    this.#store = store
    this.#options = { ...DEFAULTS, ...options }
    this.#stopListening = store.onAppended((logs) => {
      for (const { feed } of this.#feeds.values()) if (logs === 'any' || logs.has(feed.log)) feed.look()
    })
    // Nobody else writes to the embedded database, and its own notices do not get lost.
    if (store.dialect === 'postgres') this.#schedulePoll()
  }

  /**
   * Follows a log. Ends when the signal is aborted or the tail is closed; never hands over an empty list.
   *
   * @param after the last position that is known already; sequence 0 for everything
   * @throws TailOutrun when it was up to date once and then fell behind by more than the window
   * @throws PositionAhead when `after` is not in the log
   * @throws DomainError `not_found` when there is no such log, `store_unavailable` while catching up
   */
  async *follow(
    log: string,
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LoggedEntry[], void> {
    const feed = this.#enter(log)
    try {
      await this.#refuseAhead(log, after)
      let position = after
      let upToDate = false
      while (!signal.aborted && !this.#closed) {
        const { version } = feed
        const fresh = feed.after(position)
        if (fresh === undefined && upToDate) throw new TailOutrun(position)
        upToDate = fresh !== undefined
        const entries = fresh ?? (await this.#catchUp(log, position))
        if (entries.length === 0) {
          await feed.changed(version, signal)
          continue
        }
        position = entries.at(-1)?.position ?? position
        yield entries
      }
    } finally {
      this.#leave(log)
    }
  }

  /** Ends every following. */
  close(): void {
    this.#closed = true
    this.#stopListening()
    clearTimeout(this.#poll)
    for (const { feed } of this.#feeds.values()) feed.close()
  }

  #enter(log: string): Feed {
    const known = this.#feeds.get(log)
    if (known !== undefined) {
      known.followers += 1
      return known.feed
    }
    const { window, page, pollInterval } = this.#options
    const feed = new Feed(this.#store, log, { window, page, retry: pollInterval })
    this.#feeds.set(log, { feed, followers: 1 })
    feed.look()
    return feed
  }

  #leave(log: string): void {
    const entry = this.#feeds.get(log)
    if (entry === undefined) return
    entry.followers -= 1
    if (entry.followers > 0) return
    entry.feed.close()
    this.#feeds.delete(log)
  }

  async #refuseAhead(log: string, after: Position): Promise<void> {
    const { position } = await this.#store.read({ organizationId: log }, (tx) => head(tx))
    if (isBefore(position, after)) throw new PositionAhead(after, position)
  }

  #catchUp(log: string, position: Position): Promise<readonly LoggedEntry[]> {
    return this.#store.read({ organizationId: log }, (tx) =>
      readEntries(tx, log, position, this.#options.page),
    )
  }

  #schedulePoll(): void {
    this.#poll = setTimeout(() => void this.#lookAtHeads(), this.#options.pollInterval)
    this.#poll.unref()
  }

  /** The truth behind the notices: one query for all the logs that are followed. */
  async #lookAtHeads(): Promise<void> {
    try {
      const logs = [...this.#feeds.keys()]
      // From before the heads are read, or a feed that goes on meanwhile would seem to be ahead of them.
      const ends = new Map([...this.#feeds].map(([log, { feed }]) => [log, feed.end]))
      if (logs.length > 0) {
        const heads = await this.#store.read(SYSTEM, (tx) =>
          tx.db
            .selectFrom('log_heads')
            .select(['log_id', 'incarnation', 'seq'])
            .where('log_id', 'in', logs)
            .execute(),
        )
        for (const { log_id: log, incarnation, seq } of heads) {
          const feed = this.#feeds.get(log)?.feed
          const end = ends.get(log)
          if (end !== undefined && isBefore({ log, incarnation, seq }, end)) feed?.restart()
          else if (feed?.end === undefined || isBefore(feed.end, { log, incarnation, seq })) feed?.look()
        }
      }
    } catch {
      // The database is not there: the next look comes as it would have.
    }
    if (!this.#closed) this.#schedulePoll()
  }
}
