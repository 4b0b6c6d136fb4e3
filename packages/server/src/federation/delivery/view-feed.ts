import {
  compareMarks,
  encodeSnapshot,
  type Frame,
  type Mark,
  type Position,
  type View,
  viewOf,
} from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { LiveLog, type LoggedEntry, type Sight, type Tail } from '../../log/index.ts'
import { reportOwnMemory } from './continuity.ts'
import { type SentFrame, sendable } from './event-stream.ts'
import type { PlaceSeal } from './place-seal.ts'

/** Somebody to whom frames are handed as they come. Neither call may throw. */
export interface Receiver {
  take(frame: SentFrame): void
  /** The next frame would not join on: the receiver starts again from where it is. */
  cutOff(): void
}

export interface ViewFeedOptions {
  readonly authority: Authority
  readonly tail: Tail
  readonly log: string
  readonly version: string
  readonly view: View
  readonly hashKey: Uint8Array
  readonly seal: PlaceSeal
  /** Told of the entries behind each frame, before anybody receives it. */
  onEntries(entries: readonly LoggedEntry[]): void
}

/** How many of the newest frames are kept for those who come, or come back. */
const WINDOW = 1_024
/** How often an empty range is sent when nothing happens, in milliseconds. */
const HEARTBEAT = 5_000
/**
 * A snapshot that was dear to encode (milliseconds) is handed out for some times as long although the log has moved
 * on: while a large log is written to, those who come back together must not hold up everybody else.
 */
const DEAR = 20
const TIMES_AS_LONG = 10

/** A snapshot of a view, encoded once for all who ask within a while. */
export interface EncodedSnapshot {
  readonly position: Position
  readonly bytes: Uint8Array
  readonly madeAt: number
  /** How long encoding took, in milliseconds. */
  readonly cost: number
}

/** One view of one log, for all followers that share it: read once, encoded once. */
export class ViewFeed {
  readonly sight: Sight
  readonly #live: LiveLog
  readonly #seal: PlaceSeal
  readonly #receivers = new Set<Receiver>()
  readonly #heartbeat: NodeJS.Timeout
  #window: SentFrame[] = []
  #snapshot: EncodedSnapshot | undefined
  /** When the last receiver left, or when it was made: milliseconds of a monotonic clock. */
  idleSince = performance.now()

  constructor({ authority, tail, log, version, view, hashKey, seal, onEntries }: ViewFeedOptions) {
    this.#seal = seal
    this.sight = { version, see: (entry) => viewOf(entry, view) }
    this.#live = new LiveLog({
      store: authority.store,
      tail,
      log,
      classes: view.classes,
      hashKey,
      sight: this.sight,
      onFrame: (frame, entries) => {
        onEntries(entries)
        this.#broadcast(this.sendable(frame))
      },
      onDiverged: (place) => reportOwnMemory(authority, place),
      onReloaded: () => this.#startAnew(),
      onTrouble: (trouble) => authority.logger.warn({ err: trouble }, 'delivering a log was interrupted'),
    })
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT)
    this.#heartbeat.unref()
  }

  /** Loads what is live. @throws DomainError `store_unavailable` */
  open(): Promise<void> {
    return this.#live.open()
  }

  close(): void {
    clearInterval(this.#heartbeat)
    this.#live.close()
    for (const receiver of [...this.#receivers]) receiver.cutOff()
  }

  /** How far the view has been read. */
  get position(): Position {
    return this.#live.index.position
  }

  get isIdle(): boolean {
    return this.#receivers.size === 0
  }

  /** Waits until the view has been read up to a place. @throws DomainError `store_unavailable` */
  reach(mark: Mark, budget: number): Promise<void> {
    return this.#live.reach(mark, budget)
  }

  /** The frames after a place, or `undefined` where the window does not reach back that far. */
  after(mark: Mark): readonly SentFrame[] | undefined {
    const { position } = this
    if (compareMarks(mark, position) >= 0) return []
    const first = this.#window[0]
    if (first === undefined || first.incarnation !== mark.incarnation || first.from > mark.seq)
      return undefined
    return this.#window.filter(({ to }) => to > mark.seq)
  }

  /** An empty range at the present position: nothing is missing up to there. */
  emptyFrame(): SentFrame {
    const { log, incarnation, seq, digest } = this.#live.index
    const range = { log, incarnation, from: seq, to: seq }
    return this.sendable({ ...range, view: this.sight.version, digest, entries: [] })
  }

  /** A frame of this view as its followers are sent it. */
  sendable(frame: Frame): SentFrame {
    return sendable(frame, this.#seal)
  }

  /** From now on the receiver is handed every frame, until `leave`. */
  enter(receiver: Receiver): void {
    this.#receivers.add(receiver)
  }

  leave(receiver: Receiver): void {
    this.#receivers.delete(receiver)
    if (this.isIdle) this.idleSince = performance.now()
  }

  /** All live entries at a position that is not before `mark`, which the view must have reached. */
  snapshot(mark: Mark): EncodedSnapshot {
    const kept = this.#snapshot
    const now = performance.now()
    const { position } = this
    if (kept !== undefined) {
      const age = kept.cost > DEAR ? kept.cost * TIMES_AS_LONG : 0
      const isCurrent = compareMarks(kept.position, position) === 0 || now - kept.madeAt < age
      if (isCurrent && compareMarks(kept.position, mark) >= 0) return kept
    }
    const { index } = this.#live
    const bytes = encodeSnapshot(index, this.#seal.seal(position, index.digest))
    this.#snapshot = { position, bytes, madeAt: now, cost: performance.now() - now }
    return this.#snapshot
  }

  #broadcast(frame: SentFrame): void {
    this.#window.push(frame)
    if (this.#window.length > 2 * WINDOW) this.#window = this.#window.slice(-WINDOW)
    for (const receiver of this.#receivers) receiver.take(frame)
  }

  #beat(): void {
    if (this.isIdle || this.#live.index.hole !== undefined) return
    const frame = this.emptyFrame()
    for (const receiver of this.#receivers) receiver.take(frame)
  }

  #startAnew(): void {
    this.#window = []
    this.#snapshot = undefined
    for (const receiver of [...this.#receivers]) receiver.cutOff()
  }
}
