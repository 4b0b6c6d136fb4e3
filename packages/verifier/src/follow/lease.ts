import { compareMarks, type LogIndex, type Position } from '@rescind/core/log'
import type { Clock, WhenStale } from './options.ts'

/** What the authority answers to an acknowledgement. */
export interface Grant {
  readonly head: Position
  readonly view: string
  readonly maxStaleness: number
  readonly whenStale: WhenStale
}

/** When an acknowledgement was sent, by both clocks. */
export interface Moment {
  readonly now: number
  readonly monotonic: number
}

/** Grants whose head has not been applied yet; more than this many are never of use. */
const MOST_PENDING = 64

/**
 * The freshness of an index . It counts from when the acknowledgement was sent, not
 * from its answer; it begins only once the head of the answer has been applied; and it ages by whichever of the two
 * clocks has gone further, so that neither a stepped clock nor a suspended machine makes it younger.
 */
export class Lease {
  readonly #clock: Clock
  #pending: { readonly sent: Moment; readonly grant: Grant }[] = []
  #since: Moment | undefined
  #contract: Pick<Grant, 'maxStaleness' | 'whenStale'> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The cluster's contract as it was last heard of. */
  get contract(): Pick<Grant, 'maxStaleness' | 'whenStale'> | undefined {
    return this.#contract
  }

  moment(): Moment {
    return { now: this.#clock.now(), monotonic: this.#clock.monotonic() }
  }

  /** Milliseconds since what is known was certainly all there was; infinite before the first lease. */
  get staleness(): number {
    return this.#since === undefined ? Number.POSITIVE_INFINITY : this.since(this.#since)
  }

  /** Milliseconds since a moment, by whichever of the clocks has gone further. */
  since({ now, monotonic }: Moment): number {
    return Math.max(0, this.#clock.now() - now, this.#clock.monotonic() - monotonic)
  }

  granted(sent: Moment, grant: Grant, index: LogIndex): boolean {
    this.#contract = { maxStaleness: grant.maxStaleness, whenStale: grant.whenStale }
    this.#pending.push({ sent, grant })
    if (this.#pending.length > MOST_PENDING) this.#pending.shift()
    return this.advance(index)
  }

  /**
   * Looks which grants the index has caught up with.
   *
   * @returns whether the lease is younger than before
   */
  advance(index: LogIndex): boolean {
    if (index.hole !== undefined) return false
    let isYounger = false
    this.#pending = this.#pending.filter(({ sent, grant }) => {
      if (grant.view !== index.view || compareMarks(index, grant.head) < 0) return true
      if (this.#since === undefined || sent.monotonic > this.#since.monotonic) {
        this.#since = sent
        isYounger = true
      }
      return false
    })
    return isYounger
  }

  /** What the index is made of has been thrown away. */
  reset(): void {
    this.#pending = []
    this.#since = undefined
  }
}
