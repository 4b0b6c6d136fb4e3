import { decodeBase64url } from './base64url.ts'
import { integerFromBytes, modularPower, residue } from './integers.ts'
import type { OkpPublicJwk } from './public-jwk.ts'
import { fault, type KeyRefusal } from './refusal.ts'

/** The field of both curves, RFC 7748 section 4.1. */
const P = 2n ** 255n - 19n
/** The constant of edwards25519, RFC 8032 section 5.1. */
const D = residue(-121665n * modularPower(121666n, P - 2n, P), P)
const SIGN_BIT = 1n << 255n

/**
 * The y coordinates of the eight points of edwards25519 whose order divides 8. With such a key one signature
 * verifies for many messages. Either sign of x is covered, since the list is of y alone.
 */
const ED25519_SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
])

/** The u coordinates with which X25519 always agrees on zero, on the curve and its twist (RFC 7748 section 6.1). */
const X25519_SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  0x00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0n,
  0x57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5fn,
])

export const OKP_LENGTH = 32

/** RFC 8032 section 5.1.3 and RFC 7748 section 5, read strictly: one spelling for each point, no torsion points. */
export function okpFault(jwk: OkpPublicJwk): KeyRefusal | undefined {
  const bytes = decodeBase64url(jwk.x)
  if (bytes?.length !== OKP_LENGTH) {
    return fault('okp_length', 'x', `A public key on ${jwk.crv} has ${OKP_LENGTH} octets.`)
  }
  const encoded = integerFromBytes(bytes.toReversed())
  return jwk.crv === 'Ed25519' ? ed25519Fault(encoded) : x25519Fault(encoded)
}

function ed25519Fault(encoded: bigint): KeyRefusal | undefined {
  const y = encoded & (SIGN_BIT - 1n)
  if (y >= P) return fault('okp_not_canonical', 'x', 'The coordinate is not below the field prime.')
  if (ED25519_SMALL_ORDER.has(y)) {
    return fault('okp_small_order', 'x', 'The point has small order, so that its signatures prove nothing.')
  }
  // x² = (y² - 1) / (d·y² + 1) must have a root; Euler's criterion says so of the product of both sides.
  const numerator = y * y - 1n
  const denominator = D * y * y + 1n
  if (modularPower(numerator * denominator, (P - 1n) / 2n, P) !== 1n) {
    return fault('okp_not_on_curve', 'x', 'The coordinate is not that of a point on Ed25519.')
  }
  return undefined
}

function x25519Fault(encoded: bigint): KeyRefusal | undefined {
  if (encoded >= P) return fault('okp_not_canonical', 'x', 'The coordinate is not below the field prime.')
  if (X25519_SMALL_ORDER.has(encoded)) {
    return fault('okp_small_order', 'x', 'The point has small order, so that the agreed secret is no secret.')
  }
  return undefined
}
