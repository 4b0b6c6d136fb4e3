import { type Static, Type } from '@fastify/type-provider-typebox'
import { REASON_CODES } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { setSigningAlgorithm } from '../../keys/signing-algorithm.ts'
import { SIGNING_ALGORITHMS } from '../../keys/signing-key-material.ts'
import { nextRotationOf, rotateSigningKeys, signingRingOf } from '../../keys/signing-keys.ts'
import { ROTATION_MODES, type StoredSigningKey, type StoredSigningRing } from '../../keys/signing-ring.ts'
import { type LastExpiry, lastExpiries } from '../../keys/signing-timeline.ts'
import { revoke } from '../../revocation/revoke.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { Time, timeOrNull, timeText } from './times.ts'

const KEY_STATES = { NEXT: 'next', ACTIVE: 'active', EXPIRED: 'retired', REVOKED: 'revoked' } as const

const Key = Type.Object({
  kid: Type.String(),
  algorithm: Type.Enum(SIGNING_ALGORITHMS),
  status: Type.Enum(['NEXT', 'ACTIVE', 'EXPIRED', 'REVOKED']),
  /** The same in the words that people use. */
  state: Type.Enum(Object.values(KEY_STATES)),
  publishedAt: Type.String(),
  activatedAt: Time,
  retiredAt: Time,
  revokedAt: Time,
  /** Until when a retired key stays in the JWKS. */
  publishedUntil: Time,
  withdrawnAt: Time,
  /** When the last token expires that it has signed; not exact means: at the latest then. */
  lastTokenExpires: Type.Union([Type.Object({ at: Type.String(), exact: Type.Boolean() }), Type.Null()]),
})
const Ring = Type.Object({
  authorizationServerId: Type.String(),
  /** Of the keys that are made from now on. */
  algorithm: Type.Enum(SIGNING_ALGORITHMS),
  rotationMode: Type.Enum(ROTATION_MODES),
  nextRotation: Time,
  keys: Type.Array(Key),
})
const Path = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9]{1,64}$' }) })
const Choice = Type.Object({ algorithm: Type.Enum(SIGNING_ALGORITHMS) }, { additionalProperties: false })
const Revoking = Type.Object(
  {
    /** Left out: the key that signs now. */
    kid: Type.Optional(Type.String({ maxLength: 200 })),
    reason: Type.Enum(REASON_CODES),
    note: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
)
const Revoked = Type.Object({ ...Ring.properties, revocationId: Type.String() })

/**
 * `/authorization-servers/{id}/signing`: the signing keys of an issuer, the algorithm of the next ones, and the two
 * ways to another key: in good order, or at once because the one that signs must not be trusted any more. The
 * organization's own ring has the organization's id.
 */
export function signing(app: NativeApp, authority: Authority): void {
  const shown = async ({ organizationId }: Actor, ring: StoredSigningRing) =>
    represent(ring, await lastExpiries(authority, organizationId, ring))

  app.get(
    '/authorization-servers/:id/signing',
    { schema: { params: Path, response: { 200: Ring, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      return shown(actor, await signingRingOf(authority, actor.organizationId, request.params.id))
    },
  )

  app.put(
    '/authorization-servers/:id/signing',
    { schema: { params: Path, body: Choice, response: { 200: Ring, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { algorithm } = request.body
      return shown(actor, await setSigningAlgorithm(authority, actor, request.params.id, algorithm))
    },
  )

  app.post(
    '/authorization-servers/:id/signing/rotate',
    { schema: { params: Path, response: { 200: Ring, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      return shown(actor, await rotateSigningKeys(authority, actor, request.params.id))
    },
  )

  app.post(
    '/authorization-servers/:id/signing/rotate-and-revoke',
    { schema: { params: Path, body: Revoking, response: { 200: Revoked, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id } = request.params
      const { kid, reason, note } = request.body
      const ring = await signingRingOf(authority, actor.organizationId, id)
      const key = ring.keys.find((one) => (kid === undefined ? one.status === 'ACTIVE' : one.kid === kid))
      if (key === undefined) throw new DomainError('not_found', { type: 'signing_key', id: kid ?? 'ACTIVE' })
      const target = { type: 'key', id: key.thumbprint } as const
      const { revocation } = await revoke(authority, actor, {
        target,
        reason,
        ...(note === undefined ? {} : { note }),
      })
      const after = await signingRingOf(authority, actor.organizationId, id)
      return { ...(await shown(actor, after)), revocationId: revocation.id }
    },
  )
}

function represent(
  ring: StoredSigningRing,
  expiries: ReadonlyMap<string, LastExpiry | null>,
): Static<typeof Ring> {
  return {
    authorizationServerId: ring.issuerId,
    algorithm: ring.algorithm,
    rotationMode: ring.rotationMode,
    nextRotation: timeOrNull(nextRotationOf(ring)),
    keys: ring.keys.map((key) => representKey(key, expiries.get(key.kid) ?? null)),
  }
}

function representKey(key: StoredSigningKey, last: LastExpiry | null): Static<typeof Key> {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    status: key.status,
    state: KEY_STATES[key.status],
    publishedAt: timeText(key.publishedAt),
    activatedAt: timeOrNull(key.activatedAt),
    retiredAt: timeOrNull(key.retiredAt),
    revokedAt: timeOrNull(key.revokedAt),
    publishedUntil: timeOrNull(key.retainUntil),
    withdrawnAt: timeOrNull(key.withdrawnAt),
    lastTokenExpires: last === null ? null : { at: timeText(last.at), exact: last.exact },
  }
}
