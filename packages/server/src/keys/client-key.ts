import type { PublicKeyMaterial, RingKey } from '@rescind/core/keys'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ClientKeyRow } from '../store/queries/client-keys.ts'

/** A registered key of a client. */
export interface ClientKey {
  readonly id: string
  readonly applicationId: string
  readonly kid: string | null
  /** Null where the client said none: it means `sig`. */
  readonly use: 'sig' | 'enc' | null
  readonly alg: string | null
  readonly material: PublicKeyMaterial
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

const material = Compile(
  Type.Union([
    Type.Object({ kty: Type.Literal('RSA'), n: Type.String(), e: Type.String() }),
    Type.Object({
      kty: Type.Literal('EC'),
      crv: Type.Enum(['P-256', 'P-384', 'P-521']),
      x: Type.String(),
      y: Type.String(),
    }),
    Type.Object({ kty: Type.Literal('OKP'), crv: Type.Enum(['Ed25519', 'X25519']), x: Type.String() }),
  ]),
)

export function clientKeyOf(row: ClientKeyRow): ClientKey {
  return {
    id: row.id,
    applicationId: row.application_id,
    kid: row.kid,
    use: row.use,
    alg: row.alg,
    material: material.Parse(JSON.parse(row.jwk)),
    thumbprint: row.thumbprint,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** What the ring's rules see of a row. */
export function ringKeyOf(row: ClientKeyRow): RingKey {
  return {
    id: row.id,
    kid: row.kid,
    thumbprint: row.thumbprint,
    use: row.use ?? 'sig',
    kty: row.kty,
    crv: row.crv,
    alg: row.alg,
    status: row.status,
  }
}
