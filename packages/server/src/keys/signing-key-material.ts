import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { checkPublicJwk, jwkThumbprint, type PublicKeyMaterial } from '@rescind/core/keys'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../authority/index.ts'
import { Secret, type Vault } from '../secrets/index.ts'

/** RFC 7518 section 3.1, RFC 8037 section 3.1. RS256 where nothing else is said: every client knows it. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

/** A new key pair whose private part is already sealed. */
export interface FreshSigningKeyPair {
  /** The RFC 7638 thumbprint, so no two keys ever share a kid. */
  readonly kid: string
  readonly thumbprint: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: PublicKeyMaterial
  readonly sealedPrivate: string
}

const generate = promisify(generateKeyPair)

/** Makes a key pair on a thread of its own. Slow (RSA: tenths of a second): never inside a transaction. */
export async function makeSigningKey(
  { vault, rsaKeyPairs }: Pick<Authority, 'vault' | 'rsaKeyPairs'>,
  algorithm: SigningAlgorithm,
): Promise<FreshSigningKeyPair> {
  const { publicKey, privateKey } = await (algorithm === 'RS256' && rsaKeyPairs
    ? rsaKeyPairs()
    : generatePair(algorithm))
  const checked = checkPublicJwk(publicKey.export({ format: 'jwk' }), 'sig')
  if (!checked.ok) throw new Error(`a generated key fails the policy: ${checked.refusal.code}`)
  const publicJwk = materialOf(checked.jwk)
  const kid = jwkThumbprint(publicJwk)
  const secret = new Secret(JSON.stringify(privateKey.export({ format: 'jwk' })))
  const sealedPrivate = await vault.seal(secret, sealPurpose(kid))
  return { kid, thumbprint: kid, algorithm, publicJwk, sealedPrivate }
}

/** @throws Error where the value was sealed under another master key or for another kid */
export async function openPrivateKey(vault: Vault, kid: string, sealed: string): Promise<KeyObject> {
  const secret = await vault.open(sealed, sealPurpose(kid))
  return createPrivateKey({ key: privateJwk.Parse(JSON.parse(secret.reveal())), format: 'jwk' })
}

/** Reads the stored public part. @throws Error where the row does not hold what this release writes */
export function readPublicJwk(json: string): PublicKeyMaterial {
  const known = judged.get(json)
  if (known !== undefined) return known
  const checked = checkPublicJwk(JSON.parse(json), 'sig')
  if (!checked.ok) throw new Error(`a stored signing key fails the policy: ${checked.refusal.code}`)
  const material = materialOf(checked.jwk)
  const [oldest] = judged.keys()
  if (judged.size >= MOST_JUDGED && oldest !== undefined) judged.delete(oldest)
  judged.set(json, material)
  return material
}

/** Rings are read again and again, and judging an RSA modulus costs more than all the rest of that. */
const judged = new Map<string, PublicKeyMaterial>()
const MOST_JUDGED = 2_000

const privateJwk = Compile(Type.Record(Type.String(), Type.String()))

function sealPurpose(kid: string): string {
  return `signing_key:${kid}`
}

function generatePair(algorithm: SigningAlgorithm) {
  switch (algorithm) {
    case 'RS256':
      return generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generate('ed25519', undefined)
  }
}

/** The members that make the key, in the order of RFC 7638. */
function materialOf(jwk: PublicKeyMaterial): PublicKeyMaterial {
  switch (jwk.kty) {
    case 'RSA':
      return { e: jwk.e, kty: jwk.kty, n: jwk.n }
    case 'EC':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x }
  }
}
