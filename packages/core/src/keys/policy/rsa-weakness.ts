import { integerSquareRoot, isPerfectSquare } from './integers.ts'

/** No modulus with a prime factor below this passes. NIST SP 800-89 section 5.3.3 asks for 752, as boulder does. */
export const SMALL_PRIME_BOUND = 16_384

/**
 * Rounds of Fermat's method that a modulus must withstand: 100 in the CA/Browser Forum's Baseline Requirements
 * (6.1.1.3), 110 at Let's Encrypt (boulder's goodkey), which finds what generators made that took q as the next
 * prime after p. The first round finds squares, too.
 */
export const FERMAT_ROUNDS = 110

/** A product of small primes, and what it is made of: smaller products, or the primes where a double holds it exactly. */
type Factors =
  | { readonly product: bigint; readonly parts: readonly Factors[] }
  | { readonly product: bigint; readonly primes: readonly number[] }

/** Three primes of fourteen bits fit a double; two levels above keep the divisions of long numbers few. */
const SMALL_PRIMES = grouped(grouped(leaves(primesBelow(SMALL_PRIME_BOUND), 3), 6), 4)

/** Asked for every key that is read and every DPoP proof, so by remainders of shrinking size instead of a GCD. */
export function hasSmallFactor(modulus: bigint): boolean {
  return SMALL_PRIMES.some((factors) => sharesFactor(modulus % factors.product, factors))
}

function sharesFactor(residue: bigint, factors: Factors): boolean {
  if ('parts' in factors) return factors.parts.some((part) => sharesFactor(residue % part.product, part))
  const small = Number(residue)
  return factors.primes.some((prime) => small % prime === 0)
}

/** Whether Fermat's method splits the modulus within `FERMAT_ROUNDS`, because its primes are too close. */
export function hasClosePrimes(modulus: bigint): boolean {
  let a = integerSquareRoot(modulus)
  if (a * a < modulus) a += 1n
  let remainder = a * a - modulus
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (isPerfectSquare(remainder)) return true
    remainder += 2n * a + 1n
    a += 1n
  }
  return false
}

/**
 * The primes of the published fingerprint of CVE-2017-15361 (ROCA). Infineon's library made primes of the form
 * k·M + (65537^a mod M), so that modulo every prime that divides M the modulus lies in the group that 65537
 * generates. These are the primes for which that group is a small part of the residues; a sound modulus passes
 * all of them by chance about once in 2^27.
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
const ROCA_GROUPS = ROCA_PRIMES.map((prime) => ({ prime: BigInt(prime), group: generatedBy65537(prime) }))

/** Whether the modulus carries the fingerprint of a key made by Infineon's flawed generator. */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return ROCA_GROUPS.every(({ prime, group }) => group.has(Number(modulus % prime)))
}

function generatedBy65537(prime: number): ReadonlySet<number> {
  const group = new Set<number>()
  for (let power = 1; !group.has(power); power = (power * 65537) % prime) group.add(power)
  return group
}

function primesBelow(bound: number): readonly number[] {
  const primes: number[] = []
  const composite = new Uint8Array(bound)
  for (let candidate = 2; candidate < bound; candidate++) {
    if (composite[candidate] === 1) continue
    primes.push(candidate)
    for (let multiple = candidate * candidate; multiple < bound; multiple += candidate)
      composite[multiple] = 1
  }
  return primes
}

function leaves(primes: readonly number[], size: number): readonly Factors[] {
  return chunks(primes, size).map((group) => ({
    product: group.reduce((product, prime) => product * BigInt(prime), 1n),
    primes: group,
  }))
}

function grouped(factors: readonly Factors[], size: number): readonly Factors[] {
  return chunks(factors, size).map((parts) => ({
    product: parts.reduce((product, part) => product * part.product, 1n),
    parts,
  }))
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}
