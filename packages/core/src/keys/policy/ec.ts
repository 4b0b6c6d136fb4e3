import { decodeBase64url } from './base64url.ts'
import { integerFromBytes, residue } from './integers.ts'
import type { EcPublicJwk } from './public-jwk.ts'
import { fault, type KeyRefusal } from './refusal.ts'

interface Curve {
  /** Octets of a coordinate, RFC 7518 section 6.2.1.2. */
  readonly length: number
  readonly p: bigint
  readonly b: bigint
}

export type EcCurveName = EcPublicJwk['crv']

/** NIST SP 800-186 section 3.2.1: y² = x³ - 3x + b over the integers modulo p; the cofactor is 1. */
const CURVES: Readonly<Record<EcCurveName, Curve>> = {
  'P-256': {
    length: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    length: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    length: 66,
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

export const EC_CURVES: readonly EcCurveName[] = ['P-256', 'P-384', 'P-521']

export function isEcCurve(name: string): name is EcCurveName {
  return EC_CURVES.some((curve) => curve === name)
}

export function coordinateLength(curve: EcCurveName): number {
  return CURVES[curve].length
}

/**
 * NIST SP 800-56A section 5.6.2.3.3. With a cofactor of 1 a point on the curve generates the whole group, and
 * the point at infinity has no coordinates to be written with; (0, 0) lies on none of the curves.
 */
export function ecFault(jwk: EcPublicJwk): KeyRefusal | undefined {
  const { length, p, b } = CURVES[jwk.crv]
  const coordinates = { x: 0n, y: 0n }
  for (const member of ['x', 'y'] as const) {
    const bytes = decodeBase64url(jwk[member])
    if (bytes?.length !== length) {
      return fault('ec_coordinate_length', member, `A coordinate on ${jwk.crv} has ${length} octets.`)
    }
    coordinates[member] = integerFromBytes(bytes)
    if (coordinates[member] >= p) {
      return fault('ec_coordinate_out_of_range', member, 'The coordinate is not below the field prime.')
    }
  }
  const { x, y } = coordinates
  if (residue(y * y - (x * x * x - 3n * x + b), p) !== 0n) {
    return fault('ec_point_not_on_curve', 'x', `The coordinates are not those of a point on ${jwk.crv}.`)
  }
  return undefined
}
