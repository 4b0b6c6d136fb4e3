import { SigningDraft, type SigningMoment } from './signing-draft.ts'
import type { SigningKey, SigningRing, SigningRingOutcome } from './signing-key.ts'
import type { SigningPolicy } from './signing-policy.ts'

export type { SigningMoment } from './signing-draft.ts'

/**
 * Rotates: ACTIVE becomes EXPIRED, NEXT becomes ACTIVE, a fresh key becomes NEXT. A ring without ACTIVE key (a
 * new one, or one whose ACTIVE key was blocked) begins to sign at once, with NEXT or a fresh key. Otherwise it
 * refuses `next_key_unseen` while verifiers may hold a JWKS without NEXT.
 *
 * @param moment.emergency signs with NEXT at once, or with a fresh key where there is no NEXT. The cost: until
 *   their cached JWKS expires, verifiers that do not fetch for an unknown kid refuse good tokens.
 */
export function rotate(
  ring: SigningRing,
  moment: SigningMoment & { readonly emergency?: boolean },
  policy: SigningPolicy,
): SigningRingOutcome {
  const draft = new SigningDraft(ring, moment)
  if (draft.active !== undefined && moment.emergency !== true) {
    const notBefore = (draft.standby?.publishedAt ?? moment.now) + policy.prePublication
    if (moment.now < notBefore) {
      return { ok: false, refusal: { code: 'next_key_unseen', key: draft.standby?.kid ?? null, notBefore } }
    }
  }
  replaceActive(draft, policy)
  return draft.settle()
}

/**
 * What time has made due under AUTO rotation, perhaps nothing: a first key, a missing NEXT, a rotation, keys
 * whose retention is over, keys blocked since. Never turns to NEXT before `prePublication` has passed since it
 * was published, so that a clock stepping back postpones and never revives.
 */
export function dueChanges(
  ring: SigningRing,
  moment: SigningMoment,
  policy: SigningPolicy,
): SigningRingOutcome {
  const draft = new SigningDraft(ring, moment)
  const { active, standby } = draft
  const rotationAt = active && standby && turnOf(active, standby, policy)
  if (active === undefined || (rotationAt !== undefined && rotationAt <= moment.now))
    replaceActive(draft, policy)
  else draft.ensureNext('required')
  draft.withdrawOutlived()
  return draft.settle()
}

/**
 * Revokes a key for good. Where it was ACTIVE the pre-published NEXT takes its place in the same changes; only
 * where there is no NEXT is a fresh key required. A fresh key at hand becomes NEXT; without one the revocation
 * is not delayed, and `dueChanges` replenishes. Revoking a revoked key changes nothing.
 */
export function revoke(ring: SigningRing, kid: string, moment: SigningMoment): SigningRingOutcome {
  const key = ring.keys.find((candidate) => candidate.kid === kid)
  if (key === undefined) return { ok: false, refusal: { code: 'key_not_found', key: kid } }
  if (key.status === 'REVOKED') return { ok: true, changes: [] }
  const draft = new SigningDraft(ring, moment)
  if (!ring.blocked.has(key.thumbprint)) draft.revoke(key)
  draft.ensureActive()
  draft.ensureNext('if_at_hand')
  return draft.settle()
}

/**
 * Revokes every key that the ring has and begins with two fresh ones, which are published together: for a ring of which
 * it is not known any more which of its keys were revoked.
 */
export function replaceAll(ring: SigningRing, moment: SigningMoment): SigningRingOutcome {
  const draft = new SigningDraft(ring, moment)
  for (const key of ring.keys)
    if (key.status !== 'REVOKED' && !ring.blocked.has(key.thumbprint)) draft.revoke(key)
  draft.ensureActive()
  draft.ensureNext('required')
  return draft.settle()
}

/** When AUTO rotation is due, in milliseconds since the epoch; null while it has no NEXT to turn to. */
export function nextRotationAt(ring: SigningRing, policy: SigningPolicy): number | null {
  const active = ring.keys.find((key) => key.status === 'ACTIVE')
  const standby = ring.keys.find((key) => key.status === 'NEXT')
  return active && standby ? turnOf(active, standby, policy) : null
}

/** The key that signs; undefined where there is none that may be relied upon. */
export function activeKey(ring: SigningRing): SigningKey | undefined {
  return ring.keys.find((key) => key.status === 'ACTIVE' && !ring.blocked.has(key.thumbprint))
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
export function isWithinActiveSpan(
  key: Pick<SigningKey, 'activeFrom' | 'activeUntil'>,
  seq: number,
): boolean {
  const { activeFrom, activeUntil } = key
  return activeFrom !== undefined && activeFrom <= seq && (activeUntil === undefined || seq < activeUntil)
}

function replaceActive(draft: SigningDraft, policy: SigningPolicy): void {
  draft.retireActive(policy)
  draft.ensureActive()
  draft.ensureNext('required')
}

function turnOf(active: SigningKey, standby: SigningKey, policy: SigningPolicy): number {
  const activatedAt = active.activatedAt ?? active.publishedAt
  return Math.max(activatedAt + policy.rotationInterval, standby.publishedAt + policy.prePublication)
}

function isPublished(key: SigningKey, now: number): boolean {
  if (key.status === 'EXPIRED') return key.withdrawnAt === null && now < (key.retainUntil ?? 0)
  return key.status !== 'REVOKED'
}
