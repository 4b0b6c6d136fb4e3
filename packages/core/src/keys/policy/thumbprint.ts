import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { encodeBase64url } from './base64url.ts'
import type { PublicKeyMaterial } from './public-jwk.ts'

/**
 * The SHA-256 thumbprint of a public key, base64url (RFC 7638; RFC 8037 appendix A.3 for OKP). Members that do
 * not make the key (kid, use, alg) take no part. It names a key uniquely only if the members are canonically
 * spelled, as those of a key from `checkPublicJwk` are.
 */
export function jwkThumbprint(jwk: PublicKeyMaterial): string {
  return encodeBase64url(sha256(utf8ToBytes(JSON.stringify(requiredMembers(jwk)))))
}

/** RFC 7638 section 3.2: the required members, in lexicographic order. */
function requiredMembers(jwk: PublicKeyMaterial): Readonly<Record<string, string>> {
  switch (jwk.kty) {
    case 'RSA':
      return { e: jwk.e, kty: jwk.kty, n: jwk.n }
    case 'EC':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x }
  }
}
