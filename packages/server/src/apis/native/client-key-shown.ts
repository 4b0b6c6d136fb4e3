import { type Static, Type } from '@fastify/type-provider-typebox'
import type { ClientKey } from '../../keys/client-key.ts'
import type { SubmittedClientKey } from '../../keys/submitted-key.ts'
import { Actions } from './actions.ts'
import { timeText } from './times.ts'

/** A key as a request carries it: only what decides on its place is read here, the key policy reads the rest. */
export const SubmittedKey = Type.Object(
  {
    jwk: Type.Object({}),
    use: Type.Optional(Type.Enum(['sig', 'enc'])),
    status: Type.Optional(Type.Enum(['ACTIVE', 'INACTIVE'])),
  },
  { additionalProperties: false },
)

export function submittedKeyOf({ jwk, use, status }: Static<typeof SubmittedKey>): SubmittedClientKey {
  const said = Reflect.get(jwk, 'use')
  const meant = use ?? (said === 'sig' || said === 'enc' ? said : null)
  return { jwk, use: meant, status: status ?? null, claimedId: null }
}

/** The public members of a key. */
const PublicJwk = Type.Record(Type.String(), Type.String())

export const KeyShown = Type.Object({
  id: Type.String(),
  kid: Type.Union([Type.String(), Type.Null()]),
  use: Type.Enum(['sig', 'enc']),
  alg: Type.Union([Type.String(), Type.Null()]),
  kty: Type.String(),
  crv: Type.Union([Type.String(), Type.Null()]),
  thumbprint: Type.String(),
  jwk: PublicJwk,
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  actions: Actions,
})

export function showClientKey(key: ClientKey, actions: Static<typeof Actions>): Static<typeof KeyShown> {
  const { id, kid, alg, material, thumbprint, status, createdAt, updatedAt } = key
  const use = key.use ?? 'sig'
  return {
    id,
    kid,
    use,
    alg,
    kty: material.kty,
    crv: material.kty === 'RSA' ? null : material.crv,
    thumbprint,
    jwk: { ...material, use, ...(kid === null ? {} : { kid }), ...(alg === null ? {} : { alg }) },
    status,
    createdAt: timeText(createdAt),
    updatedAt: timeText(updatedAt),
    actions,
  }
}
