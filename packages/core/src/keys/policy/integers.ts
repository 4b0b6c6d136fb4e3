/** Big-endian, as JWK spells integers (RFC 7518 section 2, Base64urlUInt). */
export function integerFromBytes(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}

/** The residue of `value` between 0 and `modulus` - 1, also for negative values. */
export function residue(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = residue(base, modulus)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The largest integer whose square is at most `value` (Newton's method, from above). */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let estimate = 1n << BigInt(Math.ceil(value.toString(16).length * 2))
  for (;;) {
    const next = (estimate + value / estimate) >> 1n
    if (next >= estimate) return estimate
    estimate = next
  }
}

/** Residues of squares modulo 5040, so that most values are told apart from squares without a root. */
const FILTER = 5040n
const SQUARE_RESIDUES = new Set(Array.from({ length: Number(FILTER) }, (_, root) => (root * root) % 5040))

export function isPerfectSquare(value: bigint): boolean {
  if (!SQUARE_RESIDUES.has(Number(value % FILTER))) return false
  const root = integerSquareRoot(value)
  return root * root === value
}
