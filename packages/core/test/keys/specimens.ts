import {
  checkPrimeSync,
  generateKeyPairSync,
  generatePrimeSync,
  type JsonWebKey,
  randomBytes,
  randomInt,
} from 'node:crypto'

/** Base64url of an integer, big-endian, with as many octets as it needs or as are asked for. */
export function integer(value: bigint, octets?: number): string {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return Buffer.from(octets === undefined ? even : even.padStart(octets * 2, '0'), 'hex').toString(
    'base64url',
  )
}

export function integerOf(text: string | undefined): bigint {
  return BigInt(`0x0${Buffer.from(text ?? '', 'base64url').toString('hex')}`)
}

export function hex(text: string): string {
  return Buffer.from(text, 'hex').toString('base64url')
}

/** A member of a key that Node made, where it is known to be text. */
export function text(jwk: JsonWebKey, member: 'n' | 'e' | 'd' | 'x' | 'y'): string {
  const value = jwk[member]
  if (typeof value !== 'string') throw new Error(`no ${member}`)
  return value
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const rsaPublic = rsa.publicKey.export({ format: 'jwk' })
export const rsaPrivate = rsa.privateKey.export({ format: 'jwk' })

export function ecPair(namedCurve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1') {
  const pair = generateKeyPairSync('ec', { namedCurve })
  return {
    public: pair.publicKey.export({ format: 'jwk' }),
    private: pair.privateKey.export({ format: 'jwk' }),
  }
}

export function okpPair(type: 'ed25519' | 'x25519') {
  const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')
  return {
    public: pair.publicKey.export({ format: 'jwk' }),
    private: pair.privateKey.export({ format: 'jwk' }),
  }
}

export function rsaWithModulus(n: bigint) {
  return { kty: 'RSA', n: integer(n), e: 'AQAB' }
}

export function prime(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true })
}

/** What a generator made that looked for q from p onwards. */
export function closePrimesModulus(): bigint {
  const p = prime(1024)
  let q = p + 2n
  while (!checkPrimeSync(q)) q += 2n
  return p * q
}

/** A product of two primes of the form k·M + (65537^a mod M), as the flawed generator made them. */
export function rocaModulus(): bigint {
  const p = rocaPrime()
  return p * rocaPrime()
}

function rocaPrime(): bigint {
  const primes: bigint[] = []
  for (let candidate = 2n; primes.length < 126; candidate++) {
    if (primes.every((smaller) => candidate % smaller !== 0n)) primes.push(candidate)
  }
  const M = primes.reduce((product, factor) => product * factor)
  let power = 1n
  for (let a = randomInt(1, 100_000); a > 0; a--) power = (power * 65537n) % M
  const top = (2n ** 1024n - power) / M
  for (;;) {
    const k = top - BigInt(`0x${randomBytes(6).toString('hex')}`)
    const candidate = k * M + power
    if (checkPrimeSync(candidate)) return candidate
  }
}

/** An odd number of exactly so many bits that no prime below `bound` divides. */
export function roughModulus(bits: number, bound: number): bigint {
  const smallOdd: bigint[] = []
  for (let candidate = 3; candidate < bound; candidate += 2) smallOdd.push(BigInt(candidate))
  for (;;) {
    const random = BigInt(`0x${randomBytes(bits / 8).toString('hex')}`)
    let candidate = random | (1n << BigInt(bits - 1)) | 1n
    for (let tries = 0; tries < 1000; tries++, candidate += 2n) {
      if (smallOdd.every((factor) => candidate % factor !== 0n)) return candidate
    }
  }
}
