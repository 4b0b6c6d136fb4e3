import { isIPv6 } from 'node:net'
import type { Clock } from '../../authority/index.ts'
import { SlowDown } from './slow-down.ts'

/** Who tries, as the limits see it. */
export interface Attempt {
  readonly organizationId: string
  /** What is guessed at: a login in lower case. */
  readonly login: string
  readonly ip: string | null
  /** The browser has signed in to this account before, and proves it. */
  readonly known: boolean
}

/**
 * Limits on guessing, per account and per source, kept by each node for itself: with N nodes an
 * attacker has N times the attempts. An account under attack slows down for strangers; a browser that has signed in
 * to it before is counted by itself, so an attacker cannot keep the owner out.
 */
export class Attempts {
  readonly #accounts: SlowDown
  readonly #sources: SlowDown
  readonly #codes: SlowDown

  constructor(clock: Clock) {
    this.#accounts = new SlowDown(clock, { free: 5, longest: 60_000 })
    // Many people may share one address.
    this.#sources = new SlowDown(clock, { free: 30, longest: 60_000 })
    this.#codes = new SlowDown(clock, { free: 10, longest: 60_000 })
  }

  /**
   * Begins an attempt at a password.
   *
   * @returns seconds to wait first, and nothing has begun; 0 where it may go on
   */
  beginSignIn(attempt: Attempt): number {
    const [account, source] = [accountOf(attempt), sourceOf(attempt.ip)]
    const wait = Math.max(this.#accounts.wait(account), this.#sources.wait(source))
    if (wait > 0) return Math.ceil(wait / 1000)
    this.#accounts.began(account)
    this.#sources.began(source)
    return 0
  }

  /** The password was right. A source is not forgiven: its owner may have an account to succeed with. */
  signedIn(attempt: Attempt): void {
    this.#accounts.forgive(accountOf(attempt))
    this.#sources.takeBack(sourceOf(attempt.ip))
  }

  /** Begins an attempt at a user code (RFC 8628 section 5.1). @returns seconds to wait first */
  beginUserCode(ip: string | null): number {
    const source = sourceOf(ip)
    const wait = this.#codes.wait(source)
    if (wait > 0) return Math.ceil(wait / 1000)
    this.#codes.began(source)
    return 0
  }

  /** There is such a code. */
  foundUserCode(ip: string | null): void {
    this.#codes.takeBack(sourceOf(ip))
  }
}

function accountOf({ organizationId, login, known }: Attempt): string {
  return JSON.stringify([organizationId, login, known ? 'known' : 'stranger'])
}

/** One source of IPv6 is the /64 that its owner was given, not one of the addresses in it. */
export function sourceOf(ip: string | null): string {
  if (ip === null) return 'nowhere'
  return isIPv6(ip) ? expand(ip).slice(0, 4).join(':') : ip
}

function expand(ip: string): string[] {
  const [before = '', after] = ip.split('::')
  const [head, tail] = [before, after ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  if (head === undefined || tail === undefined) return []
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  return (after === undefined ? head : [...head, ...zeros, ...tail]).map((group) =>
    group.replace(/^0+(?=.)/, ''),
  )
}
