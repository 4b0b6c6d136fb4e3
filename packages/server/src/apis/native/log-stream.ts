import type { Writable } from 'node:stream'
import type { Position } from '@rescind/core/log'
import type { Follower } from '../../federation/cluster-credentials.ts'
import type { Attached, Deliveries } from '../../federation/delivery/deliveries.ts'
import type { SentFrame } from '../../federation/delivery/event-stream.ts'
import type { Receiver, ViewFeed } from '../../federation/delivery/view-feed.ts'

/**
 * What may wait in memory for one follower, in bytes, before the next frame is due: whoever reads more slowly is cut off,
 * and resumes. One frame may be larger, and still has to arrive.
 */
const BUFFER_LIMIT = 1_048_576
/** How long one that catches up may take nothing, in milliseconds. */
const STUCK = 30_000

/** What carries frames to a follower. */
export interface Channel {
  /** Where they leave this process: what it has not taken yet waits in memory. */
  readonly outlet: Writable
  send(frame: SentFrame): void
  /** Ends it in good order: the follower comes back from where it is. */
  end(): void
  /** Ends it with word that another view has to be loaded first. */
  endForSnapshot(): void
}

/**
 * One follower on an open stream. Nothing waits for it: what it does not take in time fills
 * its own buffer, and then it is cut off; it comes back from the position that it has.
 */
export class LogStream implements Receiver, Attached {
  readonly follower: Follower
  readonly version: string
  readonly #channel: Channel
  readonly #feed: ViewFeed
  readonly #deliveries: Deliveries
  #position: Position
  #open = true

  constructor(
    channel: Channel,
    follower: Follower,
    feed: ViewFeed,
    deliveries: Deliveries,
    position: Position,
  ) {
    this.#channel = channel
    this.follower = follower
    this.version = feed.sight.version
    this.#feed = feed
    this.#deliveries = deliveries
    this.#position = position
    if (follower.nodeId !== undefined) deliveries.noteSent(follower.nodeId, position, 1)
    deliveries.attach(this)
    channel.outlet.once('close', () => this.#end())
  }

  get isOpen(): boolean {
    return this.#open
  }

  get position(): Position {
    return this.#position
  }

  take(frame: SentFrame): void {
    if (!this.#open) return
    if (this.#channel.outlet.writableLength > BUFFER_LIMIT) {
      this.#end()
      this.#channel.outlet.destroy()
      return
    }
    const { incarnation, to: seq } = frame
    this.#position = { log: this.#position.log, incarnation, seq }
    const { nodeId } = this.follower
    if (nodeId !== undefined) this.#deliveries.noteSent(nodeId, this.#position)
    this.#channel.send(frame)
  }

  /**
   * Resolves once what was written has left, or the follower has: for those who catch up, at their own pace. Whoever
   * takes nothing at all for a while is cut off.
   */
  async drained(): Promise<void> {
    const { outlet } = this.#channel
    if (!this.#open || !outlet.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => outlet.destroy(), STUCK)
      const done = () => {
        clearTimeout(timer)
        outlet.off('drain', done).off('close', done)
        resolve()
      }
      outlet.once('drain', done).once('close', done)
    })
  }

  /** Joins those who are handed every frame as it comes. */
  join(): void {
    if (this.#open) this.#feed.enter(this)
  }

  cutOff(): void {
    if (!this.#open) return
    this.#end()
    this.#channel.end()
  }

  viewChanged(): void {
    if (!this.#open) return
    this.#end()
    this.#channel.endForSnapshot()
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    this.#feed.leave(this)
    this.#deliveries.detach(this)
    if (this.follower.nodeId !== undefined) this.#deliveries.noteStreamEnd(this.follower.nodeId)
  }
}
