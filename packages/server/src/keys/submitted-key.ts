import {
  checkPublicJwk,
  type KeyRefusal,
  type KeyStatus,
  type PublicKeyMaterial,
  type ReplacementKey,
} from '@rescind/core/keys'
import { canonicalJson } from '@rescind/core/log'
import { newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'

/** A key of a client as it came in, not yet judged. */
export interface SubmittedClientKey {
  /** The whole object that was sent. Only the key policy reads it, member by member. */
  readonly jwk: unknown
  /** Null where none was said, which means `sig`. */
  readonly use: 'sig' | 'enc' | null
  /** Null where none was said, which means ACTIVE. */
  readonly status: KeyStatus | null
  /** The `pks…` that it was sent with, if any: inside an application it tells which key is meant. */
  readonly claimedId: string | null
}

/** A key that passed the policy, with a new id for the case that its ring does not hold it yet. */
export interface PreparedClientKey extends ReplacementKey {
  /** As it was sent, null included. */
  readonly shownUse: 'sig' | 'enc' | null
  /** Canonical JSON of the members that the thumbprint covers. */
  readonly jwk: string
}

export type JudgedClientKey =
  | { readonly ok: true; readonly key: PreparedClientKey }
  | { readonly ok: false; readonly refusal: KeyRefusal }

/** Judges a submitted key. Pure and bounded, but not fast: call it before the transaction. */
export function judgeClientKey(submitted: SubmittedClientKey): JudgedClientKey {
  const use = submitted.use ?? 'sig'
  const checked = checkPublicJwk(submitted.jwk, use, { lenient: true })
  if (!checked.ok) return checked
  const { jwk, thumbprint } = checked
  const material = materialOf(jwk)
  return {
    ok: true,
    key: {
      id: newId('pks'),
      claimedId: submitted.claimedId,
      kid: jwk.kid ?? null,
      thumbprint,
      use,
      shownUse: submitted.use,
      kty: material.kty,
      crv: material.kty === 'RSA' ? null : material.crv,
      alg: jwk.alg ?? null,
      status: submitted.status,
      jwk: canonicalJson(material),
    },
  }
}

/** The refusal of the policy, as the domain says it. */
export function keyRefused({ code, member, message }: KeyRefusal): DomainError {
  const details = { reason: code, message, ...(member === null ? {} : { member }) }
  if (code === 'rsa_modulus_too_short') return new DomainError('client_key_too_short', details)
  if (code === 'private_key_submitted') return new DomainError('client_key_private', details)
  return new DomainError('client_key_refused', details)
}

function materialOf(key: PublicKeyMaterial): PublicKeyMaterial {
  switch (key.kty) {
    case 'RSA':
      return { kty: key.kty, n: key.n, e: key.e }
    case 'EC':
      return { kty: key.kty, crv: key.crv, x: key.x, y: key.y }
    case 'OKP':
      return { kty: key.kty, crv: key.crv, x: key.x }
  }
}
