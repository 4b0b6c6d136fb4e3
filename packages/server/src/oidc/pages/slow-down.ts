import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../../authority/index.ts'

export interface SlowDownOptions {
  /** Attempts that may fail before anybody waits. */
  readonly free: number
  /** The longest wait, in milliseconds. */
  readonly longest: number
}

/** Failures are forgotten by halves, one half in this time. Milliseconds. */
const HALF_LIFE = 600_000
const FIRST_WAIT = 1_000
/** A power of two. Two arrays of so many numbers are all that is kept, whoever asks for whatever. */
const BUCKETS = 65_536

/**
 * Makes guessing slow without ever locking anybody out: after some failures each attempt has to wait twice as long
 * as the one before, up to a limit, and time forgives. Names fall into buckets by a keyed hash, so memory is
 * bounded, nobody can choose to share a bucket, and who shares one by chance waits with it: stricter, never laxer.
 *
 * An attempt counts as a failure when it begins, so that a thousand at once do not all count as the first; what
 * succeeded is taken back.
 */
export class SlowDown {
  readonly #clock: Clock
  readonly #options: SlowDownOptions
  readonly #key = randomBytes(32)
  readonly #failures = new Float64Array(BUCKETS)
  /** When the newest attempt was let through, in milliseconds. */
  readonly #since = new Float64Array(BUCKETS)

  constructor(clock: Clock, options: SlowDownOptions) {
    this.#clock = clock
    this.#options = options
  }

  /** Milliseconds for which this name still has to wait; 0 when it may try. */
  wait(name: string): number {
    const bucket = this.#bucket(name)
    const over = Math.round(this.#now(bucket)) - this.#options.free
    if (over < 0) return 0
    const due = Math.min(this.#options.longest, FIRST_WAIT * 2 ** Math.min(over, 30))
    return Math.max(0, (this.#since[bucket] ?? 0) + due - this.#clock.now())
  }

  /** An attempt begins. */
  began(name: string): void {
    const bucket = this.#bucket(name)
    this.#failures[bucket] = this.#now(bucket) + 1
    this.#since[bucket] = this.#clock.now()
  }

  /** The attempt that began was no failure. */
  takeBack(name: string): void {
    const bucket = this.#bucket(name)
    this.#failures[bucket] = Math.max(0, (this.#failures[bucket] ?? 0) - 1)
  }

  /** Whoever this is has proved it: earlier failures were slips. */
  forgive(name: string): void {
    this.#failures[this.#bucket(name)] = 0
  }

  /** What is left of a bucket's failures by now. */
  #now(bucket: number): number {
    const age = Math.max(0, this.#clock.now() - (this.#since[bucket] ?? 0))
    return (this.#failures[bucket] ?? 0) * 0.5 ** (age / HALF_LIFE)
  }

  #bucket(name: string): number {
    return createHmac('sha256', this.#key).update(name).digest().readUInt32BE(0) % BUCKETS
  }
}
