import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { setSigningAlgorithm } from '../../keys/signing-algorithm.ts'
import { SIGNING_ALGORITHMS } from '../../keys/signing-key-material.ts'
import { nextRotationOf, signingRingOf } from '../../keys/signing-keys.ts'
import { ROTATION_MODES, type StoredSigningRing } from '../../keys/signing-ring.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Time = Type.Union([Type.String(), Type.Null()])
const Ring = Type.Object({
  authorizationServerId: Type.String(),
  /** Of the keys that are made from now on. */
  algorithm: Type.Enum(SIGNING_ALGORITHMS),
  rotationMode: Type.Enum(ROTATION_MODES),
  nextRotation: Time,
  keys: Type.Array(
    Type.Object({
      kid: Type.String(),
      algorithm: Type.Enum(SIGNING_ALGORITHMS),
      status: Type.Enum(['NEXT', 'ACTIVE', 'EXPIRED', 'REVOKED']),
      publishedAt: Type.String(),
      activatedAt: Time,
      retiredAt: Time,
      revokedAt: Time,
    }),
  ),
})
const Path = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9]{1,64}$' }) })
const Choice = Type.Object({ algorithm: Type.Enum(SIGNING_ALGORITHMS) }, { additionalProperties: false })

/** `GET·PUT /authorization-servers/{id}/signing`: the signing keys of an issuer and the algorithm of the next ones. */
export function signing(app: NativeApp, authority: Authority): void {
  app.get(
    '/authorization-servers/:id/signing',
    { schema: { params: Path, response: { 200: Ring, ...RESPONSES } } },
    async (request) => {
      const { organizationId } = readerOf(actorOf(request))
      return represent(await signingRingOf(authority, organizationId, request.params.id))
    },
  )

  app.put(
    '/authorization-servers/:id/signing',
    { schema: { params: Path, body: Choice, response: { 200: Ring, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { algorithm } = request.body
      return represent(await setSigningAlgorithm(authority, actor, request.params.id, algorithm))
    },
  )
}

function represent(ring: StoredSigningRing): Static<typeof Ring> {
  return {
    authorizationServerId: ring.issuerId,
    algorithm: ring.algorithm,
    rotationMode: ring.rotationMode,
    nextRotation: timeOf(nextRotationOf(ring)),
    keys: ring.keys.map((key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      status: key.status,
      publishedAt: new Date(key.publishedAt).toISOString(),
      activatedAt: timeOf(key.activatedAt),
      retiredAt: timeOf(key.retiredAt),
      revokedAt: timeOf(key.revokedAt),
    })),
  }
}

function timeOf(milliseconds: number | null | undefined): string | null {
  return milliseconds === null || milliseconds === undefined ? null : new Date(milliseconds).toISOString()
}
