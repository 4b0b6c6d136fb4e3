/**
 * An ECDSA signature as a JWS has it (r and s, each as wide as the curve, RFC 7518 section 3.4) in the DER form that
 * `node:crypto` takes with a bare KeyObject.
 *
 * @returns `undefined` where the length is not the curve's
 */
export function p1363ToDer(signature: Uint8Array, width: number): Uint8Array | undefined {
  if (signature.length !== 2 * width) return undefined
  const r = firstDigit(signature, 0, width)
  const s = firstDigit(signature, width, 2 * width)
  const [rPad, sPad] = [padding(signature, r), padding(signature, s)]
  const rLength = width - r + rPad
  const sLength = 2 * width - s + sPad
  const content = 4 + rLength + sLength
  // Above 127 the length takes a second byte: only P-521 gets there.
  const header = content > 127 ? 3 : 2
  const der = new Uint8Array(header + content)
  der[0] = 0x30
  if (header === 3) der[1] = 0x81
  der[header - 1] = content
  let at = writeInteger(der, header, rLength, rPad, signature.subarray(r, width))
  at = writeInteger(der, at, sLength, sPad, signature.subarray(s, 2 * width))
  return at === der.length ? der : undefined
}

/** Where the number begins behind its leading zeros; the last byte always counts. */
function firstDigit(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end - 1 && bytes[at] === 0) at++
  return at
}

/** A DER integer is signed: one that begins with a set bit needs a zero before it. */
function padding(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) > 0x7f ? 1 : 0
}

function writeInteger(der: Uint8Array, at: number, length: number, pad: number, digits: Uint8Array): number {
  der[at] = 0x02
  der[at + 1] = length
  der.set(digits, at + 2 + pad)
  return at + 2 + length
}
