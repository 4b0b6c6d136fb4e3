import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { authenticationOf } from './authentication.ts'

const WINDOW = 60_000

/** Callers counted one by one within a minute; those beyond share one count, so a flood of names is stricter. */
const MAX_CALLERS = 10_000
const EVERYBODY_ELSE = ''

/** What is left of a caller's allowance. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** When the allowance is whole again: seconds since the epoch. */
  readonly reset: number
  readonly exceeded: boolean
}

/**
 * Counts requests per caller in minutes of the clock, as Okta does: everybody's allowance is whole again at the
 * same second, so that one number of memory per caller is enough, and all of it is dropped each minute.
 */
export class RateLimiter {
  readonly #limit: number
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #window = 0

  constructor(requestsPerMinute: number, clock: Clock) {
    this.#limit = requestsPerMinute
    this.#clock = clock
  }

  charge(caller: string): Allowance {
    const window = Math.floor(this.#clock.now() / WINDOW)
    if (window !== this.#window) {
      this.#counts.clear()
      this.#window = window
    }
    const counted = this.#counts.has(caller) || this.#counts.size < MAX_CALLERS ? caller : EVERYBODY_ELSE
    const count = (this.#counts.get(counted) ?? 0) + 1
    this.#counts.set(counted, count)
    return {
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - count),
      reset: ((window + 1) * WINDOW) / 1000,
      exceeded: count > this.#limit,
    }
  }
}

/**
 * Charges each request to its credential, and one without a good credential to its source address, and says in
 * every response what is left: `X-Rate-Limit-Limit`, `-Remaining`, `-Reset` (UTC epoch seconds).
 */
export function limitRates(app: FastifyInstance, limiter: RateLimiter): void {
  app.addHook('onRequest', async (request, reply) => {
    const authentication = authenticationOf(request)
    const caller =
      'actor' in authentication
        ? `${authentication.actor.organizationId} ${authentication.actor.type} ${authentication.actor.id}`
        : `source ${request.ip}`
    const { limit, remaining, reset, exceeded } = limiter.charge(caller)
    reply.headers({
      'x-rate-limit-limit': limit,
      'x-rate-limit-remaining': remaining,
      'x-rate-limit-reset': reset,
    })
    if (exceeded) throw new DomainError('rate_limited')
  })
}
