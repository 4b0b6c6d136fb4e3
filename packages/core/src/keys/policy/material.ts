import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { coordinateLength, EC_CURVES, type EcCurveName, ecFault, isEcCurve } from './ec.ts'
import { type Members, optionalText, requiredText } from './members.ts'
import { okpFault } from './okp.ts'
import type { PublicKeyMaterial } from './public-jwk.ts'
import { accept, type Checked, type KeyRefusal, refuse } from './refusal.ts'
import { rsaFault } from './rsa.ts'

export interface ReadMaterial {
  readonly material: PublicKeyMaterial
  /** Whether the curve was deduced from the coordinates because `crv` was absent. */
  readonly crvDeduced: boolean
}

/**
 * Reads the members that make a key and spells them canonically. How strong the key is, `materialFault` says.
 *
 * @param lenient one leading zero octet of an integer or coordinate and `=` padding are taken off, and an EC
 *   key may come without `crv`
 */
export function readMaterial(members: Members, lenient: boolean): Checked<ReadMaterial> {
  const kty = requiredText(members, 'kty')
  if (!kty.ok) return kty
  switch (kty.value) {
    case 'RSA':
      return readRsa(members, lenient)
    case 'EC':
      return readEc(members, lenient)
    case 'OKP':
      return readOkp(members, lenient)
    case 'oct':
      return refuse('symmetric_key', 'kty', 'A symmetric key is a secret and cannot be registered.')
    default:
      return refuse('kty_unsupported', 'kty', 'The key type must be RSA, EC or OKP.')
  }
}

/** Why this key must not be relied upon; undefined if nothing speaks against it. The work is bounded. */
export function materialFault(material: PublicKeyMaterial): KeyRefusal | undefined {
  switch (material.kty) {
    case 'RSA':
      return rsaFault(material)
    case 'EC':
      return ecFault(material)
    case 'OKP':
      return okpFault(material)
  }
}

function readRsa(members: Members, lenient: boolean): Checked<ReadMaterial> {
  const n = readInteger(members, 'n', lenient)
  if (!n.ok) return n
  const e = readInteger(members, 'e', lenient)
  if (!e.ok) return e
  return accept({ material: { kty: 'RSA', n: n.value, e: e.value }, crvDeduced: false })
}

function readEc(members: Members, lenient: boolean): Checked<ReadMaterial> {
  const crv = optionalText(members, 'crv')
  if (!crv.ok) return crv
  const x = readBytes(members, 'x', lenient)
  if (!x.ok) return x
  const y = readBytes(members, 'y', lenient)
  if (!y.ok) return y
  const on = (curve: EcCurveName) => {
    const length = coordinateLength(curve)
    const [fittedX, fittedY] = [x.value, y.value].map((bytes) => encodeBase64url(fit(bytes, length, lenient)))
    return { kty: 'EC', crv: curve, x: fittedX ?? '', y: fittedY ?? '' } as const
  }
  if (crv.value !== undefined) {
    if (!isEcCurve(crv.value))
      return refuse('crv_unsupported', 'crv', 'The curve must be P-256, P-384 or P-521.')
    return accept({ material: on(crv.value), crvDeduced: false })
  }
  if (!lenient) return refuse('member_missing', 'crv', 'The member crv is missing.')
  const [material, another] = EC_CURVES.map(on).filter((candidate) => ecFault(candidate) === undefined)
  if (material === undefined || another !== undefined) {
    return refuse('crv_undetermined', 'crv', 'The curve is missing and the coordinates do not determine it.')
  }
  return accept({ material, crvDeduced: true })
}

function readOkp(members: Members, lenient: boolean): Checked<ReadMaterial> {
  const crv = requiredText(members, 'crv')
  if (!crv.ok) return crv
  if (crv.value !== 'Ed25519' && crv.value !== 'X25519') {
    return refuse('crv_unsupported', 'crv', 'The curve must be Ed25519 or X25519.')
  }
  const x = readBytes(members, 'x', lenient)
  if (!x.ok) return x
  return accept({ material: { kty: 'OKP', crv: crv.value, x: encodeBase64url(x.value) }, crvDeduced: false })
}

/** A Base64urlUInt, RFC 7518 section 2: no leading zero octets, and zero itself is of no use here. */
function readInteger(members: Members, name: string, lenient: boolean): Checked<string> {
  const bytes = readBytes(members, name, lenient)
  if (!bytes.ok) return bytes
  const digits = bytes.value[0] === 0 && lenient ? bytes.value.subarray(1) : bytes.value
  if (digits.length === 0 || digits[0] === 0) {
    return refuse('encoding_not_canonical', name, `The member ${name} has leading zero octets or is empty.`)
  }
  return accept(encodeBase64url(digits))
}

function readBytes(members: Members, name: string, lenient: boolean): Checked<Uint8Array> {
  const text = requiredText(members, name)
  if (!text.ok) return text
  const bytes = decodeBase64url(lenient ? withoutPadding(text.value) : text.value)
  if (bytes === undefined || bytes.length === 0) {
    return refuse('encoding_not_canonical', name, `The member ${name} is not canonical base64url.`)
  }
  return accept(bytes)
}

/** Takes off padding that is right (RFC 4648 section 4); wrong padding stays, and is refused. */
function withoutPadding(text: string): string {
  return text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text
}

function fit(bytes: Uint8Array, length: number, lenient: boolean): Uint8Array {
  return lenient && bytes.length === length + 1 && bytes[0] === 0 ? bytes.subarray(1) : bytes
}
