import { decodeBase64url } from './base64url.ts'
import { integerFromBytes } from './integers.ts'
import type { RsaPublicJwk } from './public-jwk.ts'
import { fault, type KeyRefusal } from './refusal.ts'
import { hasClosePrimes, hasRocaFingerprint, hasSmallFactor } from './rsa-weakness.ts'

export const RSA_MINIMUM_BITS = 2048
/** A verification at this size takes about a millisecond; beyond it a key would be a way to burn time. */
export const RSA_MAXIMUM_BITS = 16_384

/** 65537, the one exponent accepted: e = 1 makes every signature valid, and 3 has a history of forgeries. */
const ACCEPTED_EXPONENT = 'AQAB'

/** NIST SP 800-56B section 6.4.2.2 for what a public key alone can show, and the known bad generators. */
export function rsaFault(jwk: RsaPublicJwk): KeyRefusal | undefined {
  if (jwk.e !== ACCEPTED_EXPONENT) {
    return fault('rsa_exponent_not_65537', 'e', 'The public exponent of an RSA key must be 65537.')
  }
  const modulus = decodeBase64url(jwk.n) ?? new Uint8Array()
  // The length is judged on the bytes, so that no arithmetic is done on a number of unbounded size.
  const bits = modulus.length === 0 ? 0 : modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < RSA_MINIMUM_BITS) {
    return fault('rsa_modulus_too_short', 'n', 'The RSA modulus is shorter than 2048 bits.')
  }
  if (bits > RSA_MAXIMUM_BITS) {
    return fault('rsa_modulus_too_long', 'n', 'The RSA modulus is longer than 16384 bits.')
  }
  return modulusFault(integerFromBytes(modulus))
}

function modulusFault(modulus: bigint): KeyRefusal | undefined {
  if (modulus % 2n === 0n) return fault('rsa_modulus_even', 'n', 'The RSA modulus is even.')
  if (hasSmallFactor(modulus)) {
    return fault('rsa_modulus_small_factor', 'n', 'The RSA modulus has a small prime factor.')
  }
  if (hasRocaFingerprint(modulus)) {
    return fault('rsa_modulus_roca', 'n', 'The RSA modulus was made by a flawed generator (CVE-2017-15361).')
  }
  if (hasClosePrimes(modulus)) {
    return fault('rsa_modulus_close_primes', 'n', 'The primes of the RSA modulus are too close together.')
  }
  return undefined
}
