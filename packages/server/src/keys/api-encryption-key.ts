import { checkPublicJwk, type KeyStatus, type RingKey, type RsaPublicJwk } from '@rescind/core/keys'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ApiEncryptionKeys } from '../store/tables/api-encryption-keys.ts'
import { blockGivenAway } from './blocked-keys.ts'

/** A key to which an authorization server may encrypt access tokens. Times are milliseconds since the epoch. */
export interface ApiEncryptionKey {
  /** `apk…`. */
  readonly id: string
  readonly kid: string | null
  readonly status: KeyStatus
  readonly thumbprint: string
  readonly jwk: RsaPublicJwk
  readonly createdAt: number
  readonly updatedAt: number
}

/** A key that passed the policy and is not in any ring yet. */
export interface CheckedEncryptionKey {
  readonly kid: string | null
  readonly thumbprint: string
  readonly jwk: RsaPublicJwk
}

const RsaMembers = Type.Object({ kty: Type.Literal('RSA'), n: Type.String(), e: Type.String() })
const stored = Compile(RsaMembers)

export function readApiEncryptionKey(row: ApiEncryptionKeys): ApiEncryptionKey {
  const { kty, n, e }: Static<typeof RsaMembers> = stored.Parse(JSON.parse(row.jwk))
  return {
    id: row.id,
    kid: row.kid,
    status: row.status,
    thumbprint: row.thumbprint,
    jwk: { kty, n, e },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** What the ring must know of a key. */
export function asRingKey<Status>(
  key: CheckedEncryptionKey,
  id: string,
  status: Status,
): Omit<RingKey, 'status'> & { readonly status: Status } {
  const { kid, thumbprint } = key
  return { id, kid, thumbprint, use: 'enc', kty: 'RSA', crv: null, alg: null, status }
}

/**
 * Judges a key from outside: an RSA key of 2048 to 16384 bits, `use` absent or `enc`. One leading zero octet and
 * `=` padding are forgiven, as everywhere in Okta's language. Where private members came along, the key is
 * blocked for ever before the refusal is given, because it must be taken as known to others.
 *
 * @throws DomainError api_key_private, api_key_too_short, api_key_not_rsa, api_key_refused
 */
export async function checkEncryptionKey(
  authority: Authority,
  actor: Actor,
  input: unknown,
): Promise<CheckedEncryptionKey> {
  const checked = checkPublicJwk(input, 'enc', { lenient: true })
  if (checked.ok) {
    const { jwk, thumbprint } = checked
    if (jwk.kty !== 'RSA') throw new DomainError('api_key_not_rsa')
    return { kid: jwk.kid ?? null, thumbprint, jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e } }
  }
  const { code, message, member } = checked.refusal
  const details = { reason: code, message, ...(member !== null && { member }) }
  if (code === 'rsa_modulus_too_short') throw new DomainError('api_key_too_short', details)
  if (code !== 'private_key_submitted') throw new DomainError('api_key_refused', details)
  await authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    blockGivenAway(tx, actor, [checked.refusal], authority.clock.now()),
  )
  throw new DomainError('api_key_private', details)
}
