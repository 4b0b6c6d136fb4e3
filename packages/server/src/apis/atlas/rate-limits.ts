import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../authority/index.ts'
import { actorOf } from './authentication.ts'

/** A set of endpoints that share one allowance for each of whatever its scope names. */
export interface RateGroup {
  readonly id: string
  readonly name: string
  readonly scope: 'ORGANIZATION' | 'USER'
  readonly capacity: number
  /** Requests that come back every sixty seconds. */
  readonly refill: number
}

/** The first three are Atlas's own numbers; for the rest it publishes none that could be copied. */
export const RATE_GROUPS = {
  federatedOrganization: {
    id: 'federated-organization',
    name: 'Federation of one organization',
    scope: 'ORGANIZATION',
    capacity: 500,
    refill: 250,
  },
  identityProviders: {
    id: 'identity-providers',
    name: 'Identity providers',
    scope: 'USER',
    capacity: 300,
    refill: 100,
  },
  organizationSettings: {
    id: 'organization-settings',
    name: 'Organization settings',
    scope: 'ORGANIZATION',
    capacity: 10,
    refill: 5,
  },
  creatingOrganizations: {
    id: 'creating-organizations',
    name: 'Creating organizations',
    scope: 'USER',
    capacity: 10,
    refill: 5,
  },
  everythingElse: {
    id: 'everything-else',
    name: 'Everything else',
    scope: 'USER',
    capacity: 1_000,
    refill: 1_000,
  },
} as const satisfies Record<string, RateGroup>

export const REFILL_SECONDS = 60
const REFILL = REFILL_SECONDS * 1000
/** Buckets counted one by one; those beyond share one, so a flood of names is stricter. */
const MOST_BUCKETS = 10_000

interface Bucket {
  tokens: number
  /** When it was last refilled: milliseconds. */
  since: number
}

/** What is left of an allowance. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** Seconds until more comes back; undefined while something is left. */
  readonly retryAfter: number | undefined
}

/** Token buckets of this node: `capacity` at first and at most, `refill` more each minute. */
export class TokenBuckets {
  readonly #clock: Clock
  readonly #factor: number
  readonly #buckets = new Map<string, Bucket>()

  /** @param factor what capacities and refills are multiplied by */
  constructor(clock: Clock, factor: number) {
    this.#clock = clock
    this.#factor = factor
  }

  limitsOf({ capacity, refill }: RateGroup): { readonly capacity: number; readonly refill: number } {
    return { capacity: capacity * this.#factor, refill: refill * this.#factor }
  }

  charge(group: RateGroup, whose: string): Allowance {
    const { capacity, refill } = this.limitsOf(group)
    const now = this.#clock.now()
    const bucket = this.#bucket(`${group.id} ${whose}`, capacity, now)
    const refills = Math.floor((now - bucket.since) / REFILL)
    if (refills > 0) {
      bucket.tokens = Math.min(capacity, bucket.tokens + refills * refill)
      bucket.since += refills * REFILL
    }
    const retryAfter =
      bucket.tokens > 0 ? undefined : Math.max(1, Math.ceil((bucket.since + REFILL - now) / 1000))
    if (bucket.tokens > 0) bucket.tokens -= 1
    return { limit: capacity, remaining: bucket.tokens, retryAfter }
  }

  #bucket(key: string, capacity: number, now: number): Bucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    // A full bucket is as good as none: what was not used for long is forgotten first.
    if (this.#buckets.size >= MOST_BUCKETS)
      for (const [name, { since }] of this.#buckets) if (now - since > 10 * REFILL) this.#buckets.delete(name)
    const name = this.#buckets.size < MOST_BUCKETS ? key : ''
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, since: now }
    this.#buckets.set(name, bucket)
    return bucket
  }
}

const allowances = new WeakMap<FastifyRequest, Allowance>()

/** Charges a request to its caller, or to the caller's organization. */
export function chargeRequest(buckets: TokenBuckets, request: FastifyRequest, group: RateGroup): Allowance {
  const { organizationId, id } = actorOf(request)
  const allowance = buckets.charge(group, group.scope === 'USER' ? id : organizationId)
  allowances.set(request, allowance)
  return allowance
}

/** What an answer says of the allowance; nothing where the request never got that far. */
export function rateHeaders(request: FastifyRequest): [string, string][] {
  const allowance = allowances.get(request)
  if (allowance === undefined) return []
  return [
    ['RateLimit-Limit', String(allowance.limit)],
    ['RateLimit-Remaining', String(allowance.remaining)],
  ]
}
