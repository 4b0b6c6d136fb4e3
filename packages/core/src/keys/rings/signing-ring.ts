import type { BlockedThumbprints } from './outcome.ts'
import type {
  FreshSigningKey,
  SigningKey,
  SigningKeyChange,
  SigningRingOutcome,
  SigningRingRefusal,
} from './signing-key.ts'
import type { SigningPolicy } from './signing-policy.ts'

/** All signing keys that an authorization server ever had; rows of withdrawn and revoked keys stay. */
export interface SigningRing {
  readonly keys: readonly SigningKey[]
  readonly blocked: BlockedThumbprints
}

/** When, and with what: `fresh` keys are made before the transaction, and what is left over is thrown away. */
export interface SigningMoment {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly fresh: readonly FreshSigningKey[]
}

/**
 * Rotates: ACTIVE becomes EXPIRED, NEXT becomes ACTIVE, a fresh key becomes NEXT. A ring that has no ACTIVE key
 * has nothing in any cache, and begins with a fresh one. Refuses `next_key_unseen` while verifiers may hold a
 * JWKS without NEXT.
 *
 * @param moment.emergency signs with NEXT at once, or with a fresh key where there is no NEXT. The cost: until
 *   their cached JWKS expires, verifiers that do not fetch for an unknown kid refuse good tokens.
 */
export function rotate(
  ring: SigningRing,
  moment: SigningMoment & { readonly emergency?: boolean },
  policy: SigningPolicy,
): SigningRingOutcome {
  const supply = new Supply(ring, moment)
  const active = activeKey(ring)
  const standby = standbyKey(ring)
  if (active !== undefined && moment.emergency !== true) {
    const notBefore = (standby?.publishedAt ?? moment.now) + policy.prePublication
    if (moment.now < notBefore)
      return refuse({ code: 'next_key_unseen', key: standby?.kid ?? null, notBefore })
  }
  const changes: SigningKeyChange[] = discardBlockedStandby(ring, moment.now)
  if (active !== undefined) changes.push(retirement(active, moment.now, policy))
  if (standby !== undefined) changes.push({ type: 'activate', kid: standby.kid, at: moment.now })
  else changes.push(...supply.publish('ACTIVE'))
  changes.push(...supply.publish('NEXT'))
  return supply.settle(changes)
}

/**
 * What time has made due under AUTO rotation, perhaps nothing: a first key, a missing NEXT, a rotation, keys
 * whose retention is over. Never activates a key before `prePublication` has passed since it was published,
 * so that a clock stepping back postpones and never revives.
 */
export function dueChanges(
  ring: SigningRing,
  moment: SigningMoment,
  policy: SigningPolicy,
): SigningRingOutcome {
  const withdrawals = ring.keys
    .filter((key) => isDueForWithdrawal(key, moment.now))
    .map((key) => ({ type: 'withdraw', kid: key.kid, at: moment.now }) as const)
  const rotationAt = nextRotationAt(ring, policy)
  if (activeKey(ring) === undefined || (rotationAt !== null && rotationAt <= moment.now)) {
    const rotation = rotate(ring, moment, policy)
    return rotation.ok ? { ok: true, changes: [...rotation.changes, ...withdrawals] } : rotation
  }
  const supply = new Supply(ring, moment)
  const replenishment =
    standbyKey(ring) === undefined
      ? [...discardBlockedStandby(ring, moment.now), ...supply.publish('NEXT')]
      : []
  return supply.settle([...replenishment, ...withdrawals])
}

/**
 * Revokes a key for good. Where it was ACTIVE the pre-published NEXT takes its place in the same changes; only
 * where there is no NEXT is a fresh key required. A fresh key at hand becomes NEXT; without one the revocation
 * is not delayed, and `dueChanges` replenishes. Revoking a revoked key changes nothing.
 */
export function revoke(ring: SigningRing, kid: string, moment: SigningMoment): SigningRingOutcome {
  const key = ring.keys.find((candidate) => candidate.kid === kid)
  if (key === undefined) return refuse({ code: 'key_not_found', key: kid })
  if (key.status === 'REVOKED') return { ok: true, changes: [] }
  const supply = new Supply(ring, moment)
  const changes: SigningKeyChange[] = [{ type: 'revoke', kid, at: moment.now }]
  if (key.status === 'ACTIVE') {
    const standby = standbyKey(ring)
    if (standby === undefined) {
      changes.push(...discardBlockedStandby(ring, moment.now), ...supply.publish('ACTIVE'))
    } else changes.push({ type: 'activate', kid: standby.kid, at: moment.now })
  }
  if (key.status !== 'EXPIRED' && supply.remaining > 0) changes.push(...supply.publish('NEXT'))
  return supply.settle(changes)
}

/** When AUTO rotation is due, in milliseconds since the epoch; null while it has no NEXT to turn to. */
export function nextRotationAt(ring: SigningRing, policy: SigningPolicy): number | null {
  const active = activeKey(ring)
  const standby = standbyKey(ring)
  if (active === undefined || standby === undefined) return null
  const activatedAt = active.activatedAt ?? active.publishedAt
  return Math.max(activatedAt + policy.rotationInterval, standby.publishedAt + policy.prePublication)
}

/** The key that signs. */
export function activeKey(ring: SigningRing): SigningKey | undefined {
  return ring.keys.find((key) => key.status === 'ACTIVE')
}

/** The pre-published key that signs next; a blocked one does not count. */
export function standbyKey(ring: SigningRing): SigningKey | undefined {
  return ring.keys.find((key) => key.status === 'NEXT' && !ring.blocked.has(key.thumbprint))
}

/** The keys of the JWKS document: NEXT, ACTIVE, and EXPIRED while retained; never one revoked or blocked. */
export function publishedKeys(ring: SigningRing, now: number): readonly SigningKey[] {
  return ring.keys.filter((key) => !ring.blocked.has(key.thumbprint) && isPublished(key, now))
}

/**
 * Whether a token with this position (`seq`) can have been signed by the key in good order. Outside of its
 * active span, which includes `activeFrom` and excludes `activeUntil`, a signature is a forgery with a stolen
 * key or was overtaken by a rotation, and void.
 */
export function isWithinActiveSpan(key: SigningKey, seq: number): boolean {
  return (
    key.activeFrom !== undefined &&
    key.activeFrom <= seq &&
    (key.activeUntil === undefined || seq < key.activeUntil)
  )
}

function isPublished(key: SigningKey, now: number): boolean {
  if (key.status === 'EXPIRED') return key.withdrawnAt === null && now < (key.retainUntil ?? 0)
  return key.status !== 'REVOKED'
}

function isDueForWithdrawal(key: SigningKey, now: number): boolean {
  return key.status === 'EXPIRED' && key.withdrawnAt === null && now >= (key.retainUntil ?? 0)
}

function retirement(key: SigningKey, at: number, policy: SigningPolicy): SigningKeyChange {
  return { type: 'retire', kid: key.kid, at, retainUntil: at + policy.retention }
}

/** A NEXT whose thumbprint was blocked since must never become ACTIVE, and there is room for one NEXT only. */
function discardBlockedStandby(ring: SigningRing, at: number): SigningKeyChange[] {
  return ring.keys
    .filter((key) => key.status === 'NEXT' && ring.blocked.has(key.thumbprint))
    .map((key) => ({ type: 'revoke', kid: key.kid, at }))
}

function refuse(refusal: SigningRingRefusal): SigningRingOutcome {
  return { ok: false, refusal }
}

/** Hands out fresh keys, and finds out whether there were enough and whether they are really fresh. */
class Supply {
  readonly #ring: SigningRing
  readonly #moment: SigningMoment
  #taken = 0

  constructor(ring: SigningRing, moment: SigningMoment) {
    this.#ring = ring
    this.#moment = moment
  }

  get remaining(): number {
    return this.#moment.fresh.length - this.#taken
  }

  publish(status: 'NEXT' | 'ACTIVE'): SigningKeyChange[] {
    const key = this.#moment.fresh[this.#taken++]
    return key === undefined ? [] : [{ type: 'publish', key, status, at: this.#moment.now }]
  }

  settle(changes: readonly SigningKeyChange[]): SigningRingOutcome {
    if (this.remaining < 0) return refuse({ code: 'fresh_key_required', key: null, needed: this.#taken })
    const kids = new Set(this.#ring.keys.map((key) => key.kid))
    const thumbprints = new Set(this.#ring.keys.map((key) => key.thumbprint))
    for (const { kid, thumbprint } of this.#moment.fresh.slice(0, this.#taken)) {
      if (this.#ring.blocked.has(thumbprint)) return refuse({ code: 'key_blocked', key: kid })
      if (kids.has(kid) || thumbprints.has(thumbprint)) return refuse({ code: 'kid_reused', key: kid })
      kids.add(kid)
      thumbprints.add(thumbprint)
    }
    return { ok: true, changes }
  }
}
