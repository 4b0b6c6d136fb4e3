import { createHash, createPublicKey } from 'node:crypto'
import { checkPublicJwk, jwkThumbprint } from '@rescind/core/keys'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../errors/index.ts'
import { type ReplayScope, replayIdOf, useOnce } from './replay.ts'

/** Algorithms of proofs: asymmetric, and what `dpop_signing_alg_values_supported` says. */
export const PROOF_ALGS = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const

/** Seconds between the making of a proof and its use, either way of our clock. */
const FRESH = 300

const Claims = Type.Object({
  jti: Type.String({ minLength: 1, maxLength: 512 }),
  htm: Type.String(),
  htu: Type.String(),
  iat: Type.Integer(),
  ath: Type.String(),
})
const proofClaims = Compile(Claims)

/** A request to a protected resource, as its proof must describe it. */
export interface ProvedRequest {
  /** The `DPoP` header, as it came. */
  readonly proof: string
  readonly method: string
  /** The address without query and fragment. */
  readonly url: string
  readonly accessToken: string
  /** Whose tokens' proofs are remembered together. */
  readonly clientId: string
}

/**
 * Checks the proof that the holder of an access token has its key (RFC 9449 sections 4.3 and 7), and takes it so
 * that it is good once.
 *
 * @returns the RFC 7638 thumbprint of the key
 * @throws DomainError `dpop_proof_invalid`
 */
export async function judgeProof(scope: ReplayScope, request: ProvedRequest): Promise<string> {
  const now = Math.floor(scope.authority.clock.now() / 1000)
  const { thumbprint, claims } = await openProof(request.proof, now)
  const ath = createHash('sha256').update(request.accessToken).digest('base64url')
  const fits =
    claims.htm.toUpperCase() === request.method &&
    isSameAddress(claims.htu, request.url) &&
    claims.ath === ath &&
    Math.abs(now - claims.iat) <= FRESH
  if (!fits || !(await useOnce(scope, replayIdOf(request.clientId, claims.jti))))
    throw new DomainError('dpop_proof_invalid')
  return thumbprint
}

async function openProof(
  proof: string,
  now: number,
): Promise<{ readonly thumbprint: string; readonly claims: Static<typeof Claims> }> {
  try {
    // Our key policy first: no private members, no weak keys.
    const checked = checkPublicJwk(decodeProtectedHeader(proof).jwk, 'sig')
    if (!checked.ok) throw new DomainError('dpop_proof_invalid', { reason: checked.refusal.code })
    const key = createPublicKey({ key: { ...materialOf(checked.jwk) }, format: 'jwk' })
    const { payload } = await jwtVerify(proof, key, {
      algorithms: [...PROOF_ALGS],
      typ: 'dpop+jwt',
      currentDate: new Date(now * 1000),
    })
    return { thumbprint: jwkThumbprint(checked.jwk), claims: proofClaims.Parse(payload) }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause
    throw new DomainError('dpop_proof_invalid', {}, cause)
  }
}

type Material = Parameters<typeof jwkThumbprint>[0]

function materialOf(jwk: Material): Material {
  switch (jwk.kty) {
    case 'RSA':
      return { kty: jwk.kty, n: jwk.n, e: jwk.e }
    case 'EC':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x }
  }
}

/** By RFC 3986's syntax-based normal form; a slash too many at the front, which Okta's SDKs send, is forgiven. */
function isSameAddress(claimed: string, actual: string): boolean {
  const [one, other] = [URL.parse(claimed), URL.parse(actual)]
  if (one === null || other === null) return false
  const path = ({ pathname }: URL) => pathname.replace(/^\/+/, '/')
  return one.origin === other.origin && path(one) === path(other)
}
