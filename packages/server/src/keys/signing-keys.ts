import {
  dueChanges,
  type FreshSigningKey,
  nextRotationAt,
  revoke,
  rotate,
  type SigningMoment,
  type SigningPolicy,
  type SigningRingOutcome,
  type SigningRingRefusal,
} from '@rescind/core/keys'
import type { ReasonCode } from '@rescind/core/log'
import { type Actor, type Authority, entryActor, systemActor } from '../authority/index.ts'
import { type Issuer, requireIssuer } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { Lane, WriteTx } from '../store/index.ts'
import { blockedAmong } from '../store/queries/blocked-keys.ts'
import { advanceSigningRing } from '../store/queries/signing-keys.ts'
import { type FreshSigningKeyPair, makeSigningKey, type SigningAlgorithm } from './signing-key-material.ts'
import { AUTO_POLICY, MANUAL_POLICY } from './signing-key-times.ts'
import { forgetIssuer } from './signing-keys-memory.ts'
import { loadSigningRing, requireSigningRing, type StoredSigningRing } from './signing-ring.ts'
import { applySigningChanges, type ChangeContext } from './signing-ring-changes.ts'

export type { StoredSigningKey, StoredSigningRing } from './signing-ring.ts'

/** The times that govern a ring. */
export function policyOf({ rotationMode }: Pick<StoredSigningRing, 'rotationMode'>): SigningPolicy {
  return rotationMode === 'AUTO' ? AUTO_POLICY : MANUAL_POLICY
}

/** When the next rotation is due, in milliseconds since the epoch; null under MANUAL. */
export function nextRotationOf(ring: StoredSigningRing): number | null {
  if (ring.rotateAt !== null) return ring.rotateAt
  return ring.rotationMode === 'AUTO' ? nextRotationAt(ring, AUTO_POLICY) : null
}

/**
 * The ring of an issuer, with its first keys made where it has none: both are published at once, so that no
 * JWKS without the second ever existed. Also that of an inactive authorization server.
 *
 * @throws DomainError not_found
 */
export async function signingRingOf(
  authority: Authority,
  organizationId: string,
  issuerId: string,
): Promise<StoredSigningRing> {
  const known = await authority.store.read({ organizationId }, (tx) => loadSigningRing(tx, issuerId))
  if (known !== undefined && known.keys.length > 0) return known
  const actor = systemActor(organizationId)
  const outcome = await changeSigningRing(authority, {
    issuer: await issuerIn(authority, organizationId, issuerId),
    actor,
    cause: 'key.first_use',
    judge: (ring, moment) => (ring.keys.length > 0 ? UNCHANGED : dueChanges(ring, moment, policyOf(ring))),
  })
  return settled(outcome)
}

/**
 * Rotates as an operator asks for it (Okta `keyRotate`): ACTIVE expires, NEXT becomes ACTIVE, a new NEXT is
 * published. Callers that ask at the same time share one rotation.
 *
 * Nothing is signed by a key that verifiers had no time to see: where NEXT was published too recently, the ring
 * takes note (`rotateAt`), the old key goes on signing until then, and asking again changes nothing.
 *
 * @throws DomainError not_found
 */
export async function rotateSigningKeys(
  authority: Authority,
  actor: Actor,
  issuerId: string,
): Promise<StoredSigningRing> {
  const { organizationId } = actor
  const seen = await ringWithNext(authority, organizationId, issuerId)
  const issuer = await issuerIn(authority, organizationId, issuerId)
  const outcome = await changeSigningRing(authority, {
    issuer,
    actor,
    cause: 'key.rotation_requested',
    judge(ring, moment) {
      if (ring.version !== seen.version || ring.rotateAt !== null) return UNCHANGED
      return rotate(ring, { ...moment, emergency: everyDocumentHadNext(ring) }, policyOf(ring))
    },
    postpone: true,
  })
  return settled(outcome)
}

/**
 * Does what time has made due: a rotation, a missing NEXT, keys whose retention is over.
 *
 * @throws DomainError not_found
 */
export async function maintainSigningRing(
  authority: Authority,
  organizationId: string,
  issuerId: string,
): Promise<void> {
  const scope = { organizationId }
  const ring = await authority.store.read(scope, (tx) => loadSigningRing(tx, issuerId))
  if (ring === undefined) throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
  // Most of the time nothing is due, and then nothing is written nor made.
  const foreseen = judgeByTime(ring, { now: authority.clock.now(), fresh: [] })
  if (foreseen.ok && foreseen.changes.length === 0) return
  const outcome = await changeSigningRing(authority, {
    issuer: await issuerIn(authority, organizationId, issuerId),
    actor: systemActor(organizationId),
    cause: 'key.rotation_due',
    judge: judgeByTime,
  })
  settled(outcome)
}

function judgeByTime(ring: StoredSigningRing, moment: SigningMoment): SigningRingOutcome {
  // A ring that was never used stays empty: its keys are made when they are first needed.
  if (ring.keys.length === 0) return UNCHANGED
  if (ring.rotateAt !== null && ring.rotateAt <= moment.now) {
    const rotation = rotate(ring, moment, policyOf(ring))
    // Another NEXT than the one that was waited for has its own time to wait.
    if (rotation.ok || rotation.refusal.code !== 'next_key_unseen') return rotation
  }
  return dueChanges(ring, moment, policyOf(ring))
}

/** A ring lacks its NEXT only between the revocation of a key and the next turn of the rotation job. */
async function ringWithNext(
  authority: Authority,
  organizationId: string,
  issuerId: string,
): Promise<StoredSigningRing> {
  const ring = await signingRingOf(authority, organizationId, issuerId)
  if (ring.keys.some((key) => key.status === 'NEXT')) return ring
  await maintainSigningRing(authority, organizationId, issuerId)
  return signingRingOf(authority, organizationId, issuerId)
}

/**
 * Revokes a signing key for good: everything that it ever signed is void, its thumbprint is blocked, and where it
 * was ACTIVE the NEXT key signs from the same transaction on. The cost of the emergency: a verifier that has not
 * seen NEXT and does not fetch for an unknown kid refuses good tokens until its cached JWKS expires. Revoking a
 * revoked key changes nothing.
 *
 * @throws DomainError not_found (also for a kid of another issuer)
 */
export async function revokeSigningKey(
  authority: Authority,
  actor: Actor,
  issuerId: string,
  kid: string,
  reason: { readonly code: ReasonCode; readonly text?: string } = { code: 'compromised' },
): Promise<StoredSigningRing> {
  const outcome = await changeSigningRing(authority, {
    issuer: await issuerIn(authority, actor.organizationId, issuerId),
    actor,
    cause: 'key.revocation_requested',
    reason,
    judge: (ring, moment) => revoke(ring, kid, moment),
    lane: 'urgent',
  })
  if (!outcome.ok && outcome.refusal.code === 'key_not_found')
    throw new DomainError('not_found', { type: 'signing_key', id: kid })
  return settled(outcome)
}

const UNCHANGED: SigningRingOutcome = { ok: true, changes: [] }

interface RingChange extends ChangeContext {
  judge(ring: StoredSigningRing, moment: SigningMoment): SigningRingOutcome
  /** A rotation that comes too early is noted for later instead of being refused. */
  readonly postpone?: boolean
  readonly lane?: Lane
}

type RingChangeOutcome =
  | { readonly ok: true; readonly ring: StoredSigningRing }
  | { readonly ok: false; readonly refusal: SigningRingRefusal }

/** Keys are made outside of the transaction; a ring never asks for more than an ACTIVE and a NEXT. */
const MAX_ATTEMPTS = 8

/**
 * Judges a change on the ring as it is inside the transaction, and applies it if no other change came between.
 * Where fresh keys are needed they are made outside, and the ring is asked again.
 */
async function changeSigningRing(authority: Authority, change: RingChange): Promise<RingChangeOutcome> {
  const { organizationId } = change.issuer
  let fresh: readonly FreshSigningKeyPair[] = []
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const outcome = await authority.store.write(
      { organizationId },
      (tx) => attemptChange(authority, tx, change, fresh),
      change.lane,
    )
    if (outcome === 'overtaken') continue
    if (outcome.ok || outcome.refusal.code !== 'fresh_key_required') return outcome
    const { algorithm } = outcome
    const { needed = 1 } = outcome.refusal
    const missing = Array.from({ length: needed - fresh.length }, () => makeSigningKey(authority, algorithm))
    fresh = [...fresh, ...(await Promise.all(missing))]
  }
  throw new DomainError('store_unavailable')
}

async function attemptChange(
  authority: Authority,
  tx: WriteTx,
  change: RingChange,
  fresh: readonly FreshSigningKeyPair[],
): Promise<(RingChangeOutcome & { readonly algorithm: SigningAlgorithm }) | 'overtaken'> {
  const { issuer } = change
  const now = authority.clock.now()
  const ring = await requireSigningRing(tx, issuer.id)
  const { algorithm } = ring
  const blockedFresh = await blockedAmong(
    tx,
    fresh.map((key) => key.thumbprint),
  )
  const usable = fresh.filter((key) => key.algorithm === algorithm && !blockedFresh.has(key.thumbprint))
  const outcome = change.judge(ring, { now, fresh: usable.map(asFresh) })
  const advance = (to: Parameters<typeof advanceSigningRing>[2]) =>
    advanceSigningRing(tx, { issuer_id: issuer.id, version: ring.version }, to)
  if (!outcome.ok) {
    const { notBefore } = outcome.refusal
    if (change.postpone !== true || notBefore === undefined) return { ...outcome, algorithm }
    if (!(await advance({ rotate_at: notBefore }))) return 'overtaken'
    await recordPostponement(tx, change, outcome.refusal.key, notBefore, now)
  } else {
    if (outcome.changes.length === 0) return { ok: true, ring, algorithm }
    const rotated = outcome.changes.some(({ type }) => type === 'activate')
    if (!(await advance(rotated ? { rotate_at: null } : {}))) return 'overtaken'
    await applySigningChanges(tx, change, ring, outcome.changes, usable)
  }
  tx.afterCommit(() => forgetIssuer(authority, issuer.id))
  return { ok: true, ring: await requireSigningRing(tx, issuer.id), algorithm }
}

/** The note that a rotation was asked for is a change of the ring, and so an entry. */
async function recordPostponement(
  tx: WriteTx,
  { issuer, actor, cause }: ChangeContext,
  kid: string | null,
  rotateAt: number,
  now: number,
): Promise<void> {
  const subject = { issuer: issuer.url, authorization_server: issuer.id }
  await append(
    tx,
    { kind: 'issuer.updated', subject, actor: entryActor(actor), cause, data: { nextKey: kid, rotateAt } },
    now,
  )
}

/**
 * Whether verifiers know NEXT even though it is young: the ring has no other keys than the two with which it
 * began, which were published together.
 */
function everyDocumentHadNext({ keys }: StoredSigningRing): boolean {
  const [first, second] = keys
  return keys.length === 2 && first?.publishedAt === second?.publishedAt
}

function asFresh({ kid, thumbprint }: FreshSigningKeyPair): FreshSigningKey {
  return { kid, thumbprint }
}

function issuerIn(authority: Authority, organizationId: string, issuerId: string): Promise<Issuer> {
  return authority.store.read({ organizationId }, (tx) => requireIssuer(authority, tx, issuerId))
}

function settled(outcome: RingChangeOutcome): StoredSigningRing {
  if (outcome.ok) return outcome.ring
  throw new DomainError('signing_key_supply', { reason: outcome.refusal.code })
}
