import { randomBytes } from 'node:crypto'
import { ARTEFACT_CLASSES, HASH_KEY_BYTES, type LogIndex } from '@rescind/core/log'
import type { Store } from '../store/index.ts'
import type { LostPlace } from './halt.ts'
import { LiveLog } from './live-log.ts'
import { head, type LogHead } from './read.ts'
import type { Tail } from './tail.ts'

export interface KnowledgeOptions {
  readonly store: Store
  readonly tail: Tail
  /** How long an answer may wait for its index to reach the head, in milliseconds. */
  readonly budget?: number
  /** Told of a place that this node knows and the database has lost; resolves once every node knows of it. */
  onDiverged(place: LostPlace): Promise<void>
  onTrouble(trouble: unknown): void
}

const DEFAULT_BUDGET = 2_000

interface Known {
  readonly live: LiveLog
  readonly opened: Promise<void>
  /** Grows with every append of this process, which is the only one to append to an embedded database. */
  appends: number
  /** What `appends` was before the head was read that the index has since reached. */
  reached: number
  /** A reading of the head that has not begun yet: it serves all who ask before it does. */
  reading: Promise<LogHead> | undefined
}

/**
 * What this process knows of each log, and the promise that makes its answers true: before introspection, userinfo,
 * a refresh or any issue, `confirm` takes the index to a head that was read from the primary after the request
 * arrived. So whatever was acknowledged before a request came is known when it is answered, on every node. A node
 * that cannot reach the primary in time refuses; it never answers from old knowledge.
 */
export class Knowledge {
  readonly #options: KnowledgeOptions
  readonly #hashKey = randomBytes(HASH_KEY_BYTES)
  readonly #logs = new Map<string, Known>()
  readonly #stopListening: () => void

  constructor(options: KnowledgeOptions) {
    this.#options = options
    this.#stopListening = options.store.onAppended((logs) => {
      for (const [log, known] of this.#logs) if (logs === 'any' || logs.has(log)) known.appends += 1
    })
  }

  /**
   * The index of a log, at the head or past it.
   *
   * @throws DomainError `not_found` where there is no such log, `store_unavailable` when the head cannot be read or
   *   reached in time
   */
  async confirm(log: string): Promise<LogIndex> {
    const known = await this.#known(log)
    const { live, appends } = known
    const isAtHead = this.#options.store.dialect === 'sqlite' && known.reached === appends
    if (!isAtHead || live.index.hole !== undefined) {
      const { position, digest } = live.index
      const at = await this.#readHead(log, known)
      await live.compare(at, { position, digest })
      await live.reach(at.position, this.#options.budget ?? DEFAULT_BUDGET)
      known.reached = Math.max(known.reached, appends)
    }
    return live.index
  }

  close(): void {
    this.#stopListening()
    for (const { live } of this.#logs.values()) live.close()
    this.#logs.clear()
  }

  async #known(log: string): Promise<Known> {
    const known = this.#logs.get(log) ?? this.#open(log)
    await known.opened
    return known
  }

  #open(log: string): Known {
    const { store, tail, onDiverged, onTrouble } = this.#options
    const live = new LiveLog({
      store,
      tail,
      log,
      classes: ARTEFACT_CLASSES,
      hashKey: this.#hashKey,
      onDiverged,
      onTrouble,
    })
    const opened = live.open().catch((failure: unknown) => {
      this.#logs.delete(log)
      throw failure
    })
    const known: Known = { live, opened, appends: 0, reached: -1, reading: undefined }
    this.#logs.set(log, known)
    return known
  }

  /** Joins a reading that has not begun, or schedules the next one: never one that began before the request came. */
  #readHead(log: string, known: Known): Promise<LogHead> {
    known.reading ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        known.reading = undefined
        this.#options.store.read({ organizationId: log }, (tx) => head(tx), 'urgent').then(resolve, reject)
      })
    })
    return known.reading
  }
}
