import type { ServerResponse } from 'node:http'
import type { Position } from '@rescind/core/log'
import type { Follower } from '../../federation/cluster-credentials.ts'
import type { Attached, Deliveries } from '../../federation/delivery/deliveries.ts'
import { type SentFrame, SNAPSHOT_DUE } from '../../federation/delivery/event-stream.ts'
import type { Receiver, ViewFeed } from '../../federation/delivery/view-feed.ts'

/**
 * What may wait in memory for one follower, in bytes, before the next frame is due: whoever reads more slowly is cut off,
 * and resumes. One frame may be larger, and still has to arrive.
 */
const BUFFER_LIMIT = 1_048_576
/** How long one that catches up may take nothing, in milliseconds. */
const STUCK = 30_000

/**
 * One follower on an open stream of server-sent events. Nothing waits for it: what it does not take in time fills
 * its own buffer, and then it is cut off; it comes back from the position that it has.
 */
export class LogStream implements Receiver, Attached {
  readonly follower: Follower
  readonly version: string
  readonly #response: ServerResponse
  readonly #feed: ViewFeed
  readonly #deliveries: Deliveries
  #position: Position
  #open = true

  constructor(
    response: ServerResponse,
    follower: Follower,
    feed: ViewFeed,
    deliveries: Deliveries,
    position: Position,
  ) {
    this.#response = response
    this.follower = follower
    this.version = feed.sight.version
    this.#feed = feed
    this.#deliveries = deliveries
    this.#position = position
    if (follower.nodeId !== undefined) deliveries.noteSent(follower.nodeId, position, 1)
    deliveries.attach(this)
    response.once('close', () => this.#end())
  }

  get isOpen(): boolean {
    return this.#open
  }

  get position(): Position {
    return this.#position
  }

  take(frame: SentFrame): void {
    if (!this.#open) return
    if (this.#response.writableLength > BUFFER_LIMIT) {
      this.#end()
      this.#response.destroy()
      return
    }
    const { incarnation, to: seq } = frame
    this.#position = { log: this.#position.log, incarnation, seq }
    const { nodeId } = this.follower
    if (nodeId !== undefined) this.#deliveries.noteSent(nodeId, this.#position)
    this.#response.write(frame.event)
  }

  /**
   * Resolves once what was written has left, or the follower has: for those who catch up, at their own pace. Whoever
   * takes nothing at all for a while is cut off.
   */
  async drained(): Promise<void> {
    const response = this.#response
    if (!this.#open || !response.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => response.destroy(), STUCK)
      const done = () => {
        clearTimeout(timer)
        response.off('drain', done).off('close', done)
        resolve()
      }
      response.once('drain', done).once('close', done)
    })
  }

  /** Joins those who are handed every frame as it comes. */
  join(): void {
    if (this.#open) this.#feed.enter(this)
  }

  cutOff(): void {
    if (!this.#open) return
    this.#end()
    this.#response.end()
  }

  viewChanged(): void {
    if (!this.#open) return
    this.#end()
    this.#response.end(SNAPSHOT_DUE)
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    this.#feed.leave(this)
    this.#deliveries.detach(this)
    if (this.follower.nodeId !== undefined) this.#deliveries.noteStreamEnd(this.follower.nodeId)
  }
}
