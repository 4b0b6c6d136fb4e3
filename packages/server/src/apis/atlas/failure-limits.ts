import type { Clock } from '../../authority/index.ts'

const WINDOW = 60_000
/** Failures within a minute after which a source is not listened to, for one account and for all of them. */
const OF_SOURCE_AT_ACCOUNT = 10
const OF_SOURCE = 50
/** Failures at an account from anywhere after which only sources without any are still listened to. */
const AT_ACCOUNT = 100
/** Counted one by one within a minute; those beyond share one count, so a flood of names is stricter. */
const MOST_COUNTED = 20_000

/**
 * Failed attempts to authenticate, counted within minutes of the clock. An account is never locked: its owner comes
 * from somewhere that has not failed, and is let through while others are guessing. Unknown accounts count like
 * known ones.
 */
export class FailureLimits {
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #window = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns seconds to wait before this attempt is looked at; undefined where it may be looked at now */
  waitOf(source: string, account: string): number | undefined {
    this.#turn()
    const here = this.#count(`${source} ${account}`)
    const isRefused =
      here >= OF_SOURCE_AT_ACCOUNT ||
      this.#count(source) >= OF_SOURCE ||
      (here > 0 && this.#count(` ${account}`) >= AT_ACCOUNT)
    return isRefused ? Math.ceil(((this.#window + 1) * WINDOW - this.#clock.now()) / 1000) : undefined
  }

  failed(source: string, account: string): void {
    this.#turn()
    for (const name of [`${source} ${account}`, source, ` ${account}`]) {
      const counted = this.#nameOf(name)
      this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1)
    }
  }

  #count(name: string): number {
    return this.#counts.get(this.#nameOf(name)) ?? 0
  }

  #nameOf(name: string): string {
    return this.#counts.has(name) || this.#counts.size < MOST_COUNTED ? name : ''
  }

  #turn(): void {
    const window = Math.floor(this.#clock.now() / WINDOW)
    if (window === this.#window) return
    this.#counts.clear()
    this.#window = window
  }
}
