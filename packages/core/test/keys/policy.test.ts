import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { checkPublicJwk, jwkThumbprint, type KeyRefusalCode, type KeyUse } from '@rescind/core/keys'
import { describe, expect, it } from 'vitest'
import { hasSmallFactor, SMALL_PRIME_BOUND } from '../../src/keys/policy/rsa-weakness.ts'
import {
  closePrimesModulus,
  ecPair,
  hex,
  integer,
  integerOf,
  okpPair,
  prime,
  rocaModulus,
  roughModulus,
  rsaPrivate,
  rsaPublic,
  rsaWithModulus,
  text,
} from './specimens.ts'

const p256 = ecPair('P-256')
const p384 = ecPair('P-384')
const p521 = ecPair('P-521')
const ed25519 = okpPair('ed25519')
const x25519 = okpPair('x25519')
const n = text(rsaPublic, 'n')
const modulus = integerOf(n)
const P25519 = 2n ** 255n - 19n

const ed = (hexadecimal: string) => ({ kty: 'OKP', crv: 'Ed25519', x: hex(hexadecimal) })
const x = (hexadecimal: string) => ({ kty: 'OKP', crv: 'X25519', x: hex(hexadecimal) })
const littleEndian = (value: bigint) =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex')
const parsed = (json: string): unknown => JSON.parse(json)

type Row = readonly [fault: number, title: string, input: unknown, code: KeyRefusalCode, use?: KeyUse]

/** Every kind of bad key that must be refused at the door, numbered as in the catalogue of faults. */
const REFUSED: readonly Row[] = [
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map(
    (member): Row => [
      26,
      `RSA with ${member}`,
      { ...rsaPublic, [member]: 'c2VjcmV0' },
      'private_key_submitted',
    ],
  ),
  [26, 'a whole RSA private key', rsaPrivate, 'private_key_submitted'],
  [26, 'an EC private key', p256.private, 'private_key_submitted'],
  [26, 'an Ed25519 private key', ed25519.private, 'private_key_submitted'],
  [26, 'a private member that is no text', { ...rsaPublic, oth: [{ r: 'AQ' }] }, 'private_key_submitted'],
  [26, 'a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, 'private_key_submitted'],
  [26, 'a symmetric key without its value', { kty: 'oct' }, 'symmetric_key'],

  [27, 'e = 1', { ...rsaPublic, e: 'AQ' }, 'rsa_exponent_not_65537'],
  [27, 'e = 3', { ...rsaPublic, e: 'Aw' }, 'rsa_exponent_not_65537'],
  [27, 'e = 65536', { ...rsaPublic, e: 'AQAA' }, 'rsa_exponent_not_65537'],
  [27, 'e as large as n', { ...rsaPublic, e: n }, 'rsa_exponent_not_65537'],
  [27, 'e = 0', { ...rsaPublic, e: 'AA' }, 'encoding_not_canonical'],
  [27, 'no e', { kty: 'RSA', n }, 'member_missing'],

  [28, 'an even modulus', rsaWithModulus(modulus - 1n), 'rsa_modulus_even'],
  [28, 'the modulus 1', rsaWithModulus(1n), 'rsa_modulus_too_short'],
  [28, '1024 bits', rsaWithModulus(prime(512) * prime(512)), 'rsa_modulus_too_short'],
  [28, '2047 bits', rsaWithModulus(2n ** 2047n - 1n), 'rsa_modulus_too_short'],
  [28, '16385 bits', rsaWithModulus(2n ** 16_384n + 1n), 'rsa_modulus_too_long'],
  [28, '80000 bits', rsaWithModulus(2n ** 80_000n + 1n), 'rsa_modulus_too_long'],
  [28, 'the factor 3', rsaWithModulus(3n * prime(2047)), 'rsa_modulus_small_factor'],
  [28, 'the factor 16381', rsaWithModulus(16_381n * prime(2040)), 'rsa_modulus_small_factor'],
  [28, 'p close to q', rsaWithModulus(closePrimesModulus()), 'rsa_modulus_close_primes'],
  [28, 'p = q', rsaWithModulus(prime(1024) ** 2n), 'rsa_modulus_close_primes'],
  [28, 'ROCA', rsaWithModulus(rocaModulus()), 'rsa_modulus_roca'],

  [29, 'padding', { ...rsaPublic, n: `${n}==` }, 'encoding_not_canonical'],
  [29, 'white space', { ...rsaPublic, n: ` ${n}` }, 'encoding_not_canonical'],
  [29, 'a newline', { ...rsaPublic, n: `${n}\n` }, 'encoding_not_canonical'],
  [
    29,
    'foreign characters',
    { ...rsaPublic, n: `${n.slice(0, 9)}+/${n.slice(11)}` },
    'encoding_not_canonical',
  ],
  [
    29,
    'characters beyond ASCII',
    { ...rsaPublic, n: `${n.slice(0, 9)}é${n.slice(10)}` },
    'encoding_not_canonical',
  ],
  [
    29,
    'stray bits at the end',
    { ...rsaPublic, n: `${n.slice(0, -1)}${next(n.slice(-1))}` },
    'encoding_not_canonical',
  ],
  [29, 'an impossible length', { ...rsaPublic, n: `${n}AAA` }, 'encoding_not_canonical'],
  [29, 'a leading zero octet of n', { ...rsaPublic, n: integer(modulus, 257) }, 'encoding_not_canonical'],
  [29, 'a leading zero octet of e', { ...rsaPublic, e: 'AAEAAQ' }, 'encoding_not_canonical'],
  [29, 'an empty modulus', { ...rsaPublic, n: '' }, 'encoding_not_canonical'],
  [
    29,
    'a leading zero octet of x',
    { ...p256.public, x: integer(integerOf(p256.public.x), 33) },
    'ec_coordinate_length',
  ],
  [29, 'padded x', { ...ed25519.public, x: `${ed25519.public.x}=` }, 'encoding_not_canonical'],

  [30, 'a point beside the curve', { ...p256.public, y: p256.public.x }, 'ec_point_not_on_curve'],
  [30, 'a point beside P-521', { ...p521.public, y: p521.public.x }, 'ec_point_not_on_curve'],
  [30, '(0, 0)', { ...p256.public, x: integer(0n, 32), y: integer(0n, 32) }, 'ec_point_not_on_curve'],
  [
    30,
    'x beyond the field',
    { ...p256.public, x: integer(2n ** 256n - 1n, 32) },
    'ec_coordinate_out_of_range',
  ],
  [30, 'y beyond the field', { ...p521.public, y: integer(2n ** 521n, 66) }, 'ec_coordinate_out_of_range'],
  [30, 'the coordinates of another curve', { ...p384.public, crv: 'P-256' }, 'ec_coordinate_length'],
  [30, 'secp256k1', ecPair('secp256k1').public, 'crv_unsupported'],
  [
    30,
    'secp256k1 under the name of P-256',
    { ...ecPair('secp256k1').public, crv: 'P-256' },
    'ec_point_not_on_curve',
  ],
  [30, 'an unknown curve', { ...p256.public, crv: 'P-257' }, 'crv_unsupported'],
  [30, 'a curve named as an object member', { ...p256.public, crv: 'constructor' }, 'crv_unsupported'],
  [30, 'no curve', without(p256.public, 'crv'), 'member_missing'],
  [30, 'no y', without(p256.public, 'y'), 'member_missing'],
  [30, 'Ed448', { kty: 'OKP', crv: 'Ed448', x: hex('11'.repeat(57)) }, 'crv_unsupported'],
  [30, 'an EC curve on OKP', { ...ed25519.public, crv: 'P-256' }, 'crv_unsupported'],
  [30, 'an unknown key type', { ...rsaPublic, kty: 'rsa' }, 'kty_unsupported'],
  [30, 'a key type named as an object member', { ...rsaPublic, kty: 'toString' }, 'kty_unsupported'],

  [31, 'the identity', ed(`01${'00'.repeat(31)}`), 'okp_small_order'],
  [31, 'the identity with a sign', ed(`01${'00'.repeat(30)}80`), 'okp_small_order'],
  [31, 'order 2', ed(littleEndian(P25519 - 1n)), 'okp_small_order'],
  [31, 'order 4, all zero', ed('00'.repeat(32)), 'okp_small_order'],
  [31, 'order 4, negative', ed(`${'00'.repeat(31)}80`), 'okp_small_order'],
  [31, 'order 8', ed('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'), 'okp_small_order'],
  [
    31,
    'order 8, negative',
    ed('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'),
    'okp_small_order',
  ],
  [
    31,
    'the other order 8',
    ed('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    'okp_small_order',
  ],
  [
    31,
    'the other order 8, negative',
    ed('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'),
    'okp_small_order',
  ],
  [31, 'y = p', ed(littleEndian(P25519)), 'okp_not_canonical'],
  [31, 'y = p + 1', ed(littleEndian(P25519 + 1n)), 'okp_not_canonical'],
  [31, 'all 0xff', ed('ff'.repeat(32)), 'okp_not_canonical'],
  [31, 'no point has y = 2', ed(littleEndian(2n)), 'okp_not_on_curve'],
  [31, '31 octets', ed('11'.repeat(31)), 'okp_length'],
  [31, '33 octets', ed(`${'11'.repeat(32)}00`), 'okp_length'],
  [31, 'u = 0', x('00'.repeat(32)), 'okp_small_order', 'enc'],
  [31, 'u = 1', x(`01${'00'.repeat(31)}`), 'okp_small_order', 'enc'],
  [31, 'u = p - 1', x(littleEndian(P25519 - 1n)), 'okp_small_order', 'enc'],
  [
    31,
    'u of order 8',
    x('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
    'okp_small_order',
    'enc',
  ],
  [
    31,
    'the other u of order 8',
    x('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
    'okp_small_order',
    'enc',
  ],
  [31, 'u = p', x(littleEndian(P25519)), 'okp_not_canonical', 'enc'],
  [31, 'u with its top bit set', x(`${'11'.repeat(31)}91`), 'okp_not_canonical', 'enc'],

  [32, 'an empty kid', { ...rsaPublic, kid: '' }, 'kid_not_accepted'],
  [32, 'a kid of 129 characters', { ...rsaPublic, kid: 'k'.repeat(129) }, 'kid_not_accepted'],
  [32, 'NUL in a kid', { ...rsaPublic, kid: 'a\0b' }, 'kid_not_accepted'],
  [32, 'a newline after a kid', { ...rsaPublic, kid: 'a\n' }, 'kid_not_accepted'],
  [32, 'a kid that reads from right to left', { ...rsaPublic, kid: '\u202Eabc' }, 'kid_not_accepted'],
  [32, 'a composed letter', { ...rsaPublic, kid: 'caf\u00e9' }, 'kid_not_accepted'],
  [32, 'a full-width letter', { ...rsaPublic, kid: '\uff21' }, 'kid_not_accepted'],
  [32, 'a path in a kid', { ...rsaPublic, kid: '../../etc/passwd' }, 'kid_not_accepted'],
  [32, 'a kid that is a number', { ...rsaPublic, kid: 7 }, 'member_wrong_type'],

  [
    34,
    'own __proto__',
    parsed(`{"kty":"RSA","n":"${n}","e":"AQAB","__proto__":{"use":"sig"}}`),
    'member_forbidden',
  ],
  [34, 'constructor', { ...rsaPublic, constructor: { prototype: {} } }, 'member_forbidden'],
  [34, 'members from a prototype only', Object.create(rsaPublic), 'member_missing'],
]

/** What is no row there, and refused all the same. */
const MALFORMED: readonly (readonly [title: string, input: unknown, code: KeyRefusalCode])[] = [
  ['null', null, 'not_an_object'],
  ['undefined', undefined, 'not_an_object'],
  ['text', n, 'not_an_object'],
  ['a number', 7, 'not_an_object'],
  ['an array', [rsaPublic], 'not_an_object'],
  ['a function', () => rsaPublic, 'not_an_object'],
  ['an empty object', {}, 'member_missing'],
  ['kty of a wrong type', { ...rsaPublic, kty: ['RSA'] }, 'member_wrong_type'],
  ['n of a wrong type', { ...rsaPublic, n: 65537 }, 'member_wrong_type'],
  ['x of a wrong type', { ...ed25519.public, x: {} }, 'member_wrong_type'],
  ['crv of a wrong type', { ...p256.public, crv: true }, 'member_wrong_type'],
  ['a modulus of 16 KiB', { ...rsaPublic, n: 'A'.repeat(16_384) }, 'member_too_long'],
  ['a kid of 10 MB', { ...rsaPublic, kid: 'A'.repeat(10_000_000) }, 'member_too_long'],
  ['an unknown member of 16 KiB', { ...rsaPublic, note: 'A'.repeat(16_384) }, 'member_too_long'],
  [
    'too many members',
    Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}`, 1])),
    'too_many_members',
  ],
  ['members that would have to be called', accessors(rsaPublic), 'member_missing'],
  ['alg none', { ...rsaPublic, alg: 'none' }, 'alg_mismatch'],
  ['an HMAC algorithm on RSA', { ...rsaPublic, alg: 'HS256' }, 'alg_mismatch'],
  ['an EC algorithm on RSA', { ...rsaPublic, alg: 'ES256' }, 'alg_mismatch'],
  ['an encryption algorithm on a signing key', { ...rsaPublic, alg: 'RSA-OAEP-256' }, 'alg_mismatch'],
  ['the algorithm of another curve', { ...p256.public, alg: 'ES384' }, 'alg_mismatch'],
  ['alg of a wrong type', { ...rsaPublic, alg: ['RS256'] }, 'member_wrong_type'],
  ['another use', { ...rsaPublic, use: 'enc' }, 'use_mismatch'],
  ['an unknown use', { ...rsaPublic, use: 'SIG' }, 'use_mismatch'],
  ['X25519 to sign', x25519.public, 'use_mismatch'],
  ['private operations', { ...rsaPublic, key_ops: ['sign'] }, 'key_ops_mismatch'],
  ['operations of another use', { ...rsaPublic, key_ops: ['verify', 'encrypt'] }, 'key_ops_mismatch'],
  ['an operation twice', { ...rsaPublic, key_ops: ['verify', 'verify'] }, 'key_ops_mismatch'],
  ['operations that are no list', { ...rsaPublic, key_ops: 'verify' }, 'key_ops_mismatch'],
]

describe('a public key is refused', () => {
  for (const [row, title, input, code, use = 'sig'] of REFUSED) {
    it(`FAULTS ${row}: ${title}`, () => {
      expect(checkPublicJwk(input, use)).toMatchObject({ ok: false, refusal: { code } })
      if (LENIENT_CODES.includes(code)) return
      expect(checkPublicJwk(input, use, { lenient: true })).toMatchObject({ ok: false, refusal: { code } })
    })
  }

  for (const [title, input, code] of MALFORMED) {
    it(title, () => {
      expect(checkPublicJwk(input, 'sig')).toMatchObject({ ok: false, refusal: { code } })
      expect(checkPublicJwk(input, 'sig', { lenient: true }).ok).toBe(false)
    })
  }

  it.each([
    [ed25519.public, 'okp'],
    [{ ...rsaPublic, alg: 'RS256' }, 'an alg to sign with'],
    [{ ...rsaPublic, alg: 'RSA1_5' }, 'RSA1_5'],
  ])('to encrypt to: %#', (input) => {
    expect(checkPublicJwk(input, 'enc').ok).toBe(false)
  })

  it('names the member that the refusal is about', () => {
    expect(checkPublicJwk({ ...rsaPublic, e: 'AQ' }, 'sig')).toMatchObject({ refusal: { member: 'e' } })
    expect(checkPublicJwk({ ...p256.public, y: 'AQ' }, 'sig')).toMatchObject({ refusal: { member: 'y' } })
    expect(checkPublicJwk({ ...rsaPublic, kid: '' }, 'sig')).toMatchObject({ refusal: { member: 'kid' } })
  })
})

/** What leniency is about; the tests below say exactly which of these it lets through. */
const LENIENT_CODES: readonly KeyRefusalCode[] = [
  'encoding_not_canonical',
  'ec_coordinate_length',
  'member_missing',
]

describe('small factors of an RSA modulus', () => {
  it('are found, whichever prime below the bound it is', () => {
    // Two primes without a small factor, whose product with each small one is a modulus.
    const sound = prime(1024) * prime(1020)
    expect(hasSmallFactor(sound)).toBe(false)
    const missed: number[] = []
    for (let factor = 2; factor < SMALL_PRIME_BOUND; factor++)
      if (isPrime(factor) && !hasSmallFactor(sound * BigInt(factor))) missed.push(factor)
    expect(missed).toEqual([])
    // The first prime beyond the bound.
    expect(hasSmallFactor(sound * 16_411n)).toBe(false)
  })
})

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}

describe('FAULTS 26: a private key that was submitted', () => {
  it.each([
    ['RSA', rsaPrivate, rsaPublic, 'sig'],
    ['P-256', p256.private, p256.public, 'sig'],
    ['P-384 without its curve', without(p384.private, 'crv'), p384.public, 'sig'],
    ['P-521', p521.private, p521.public, 'enc'],
    ['Ed25519', ed25519.private, ed25519.public, 'sig'],
    ['X25519', x25519.private, x25519.public, 'enc'],
    [
      'RSA, loosely spelled',
      { ...rsaPrivate, n: `${integer(modulus, 257)}=`, e: 'AAEAAQ' },
      rsaPublic,
      'sig',
    ],
  ] as const)('is named by the thumbprint of its public part: %s', (_title, given, publicPart, use) => {
    const good = checkPublicJwk(publicPart, use)
    const refused = checkPublicJwk(given, use)
    expect(good.ok && !refused.ok && refused.refusal.thumbprint).toBe(good.ok && good.thumbprint)
  })

  it('is named even if it is too weak to be accepted', () => {
    const weak = { kty: 'RSA', n: integer(prime(512) * prime(512)), e: 'Aw' } as const
    const refused = checkPublicJwk({ ...weak, d: 'AQ' }, 'sig')
    expect(refused).toMatchObject({
      refusal: { code: 'private_key_submitted', thumbprint: jwkThumbprint(weak) },
    })
  })

  it('is named by nothing where the public part cannot be read', () => {
    const refused = checkPublicJwk({ kty: 'oct', k: 'c2VjcmV0' }, 'sig')
    expect(!refused.ok && 'thumbprint' in refused.refusal).toBe(false)
  })

  it('appears nowhere in the refusal', () => {
    for (const given of [rsaPrivate, p256.private, ed25519.private]) {
      const refusal = JSON.stringify(checkPublicJwk(given, 'sig'))
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
        const secret = given[member]
        if (typeof secret === 'string') expect(refusal).not.toContain(secret)
      }
    }
  })
})

describe('FAULTS 29: at Okta’s endpoints', () => {
  const lenient = (input: unknown, use: KeyUse = 'sig') => checkPublicJwk(input, use, { lenient: true })
  const canonical = checkPublicJwk(rsaPublic, 'sig')

  it.each([
    ['one leading zero octet of n', { ...rsaPublic, n: integer(modulus, 257) }],
    ['one leading zero octet of e', { ...rsaPublic, e: 'AAEAAQ' }],
    [
      'padding',
      {
        ...rsaPublic,
        n: Buffer.from(n, 'base64url').toString('base64').replace(/\+/g, '-').replace(/\//g, '_'),
      },
    ],
  ])('%s is normalised', (_title, input) => {
    expect(lenient(input)).toEqual(canonical)
  })

  it.each([
    ['one leading zero octet of a coordinate', { ...p256.public, x: integer(integerOf(p256.public.x), 33) }],
    ['padded coordinates', { ...p256.public, x: `${p256.public.x}=`, y: `${p256.public.y}=` }],
  ])('%s is normalised', (_title, input) => {
    expect(lenient(input)).toEqual(checkPublicJwk(p256.public, 'sig'))
  })

  it.each([
    ['two leading zero octets', { ...rsaPublic, n: integer(modulus, 258) }],
    ['padding that is too long', { ...rsaPublic, n: `${n}===` }],
    ['padding that is not needed', { ...rsaPublic, e: 'AQAB=' }],
    ['padding with nothing before it', { ...rsaPublic, n: '====' }],
    ['white space', { ...rsaPublic, n: `${n} ` }],
    ['a coordinate that is too short', { ...p256.public, x: integer(1n) }],
    ['a zero octet behind an Ed25519 key', ed(`${'11'.repeat(32)}00`)],
  ])('%s is still refused', (_title, input) => {
    expect(lenient(input).ok).toBe(false)
  })

  it.each([p256, p384, p521])('an EC key without crv is given the one that fits: %#', (pair) => {
    const deduced = lenient(without(pair.public, 'crv'))
    expect(deduced).toEqual({ ...checkPublicJwk(pair.public, 'sig'), crvDeduced: true })
  })

  it.each([
    ['fits no length', { kty: 'EC', x: hex('11'.repeat(40)), y: hex('11'.repeat(40)) }],
    ['is of two lengths', { kty: 'EC', x: p256.public.x, y: p384.public.y }],
    ['lies on no curve', { kty: 'EC', x: p256.public.x, y: p256.public.x }],
    ['lies on secp256k1', without(ecPair('secp256k1').public, 'crv')],
  ])('an EC key without crv is refused if it %s', (_title, input) => {
    expect(lenient(input)).toMatchObject({ refusal: { code: 'crv_undetermined', member: 'crv' } })
  })
})

describe('a public key is accepted', () => {
  it.each([
    ['RSA', rsaPublic, 'sig'],
    [
      'RSA to encrypt to',
      { ...rsaPublic, use: 'enc', alg: 'RSA-OAEP', key_ops: ['wrapKey', 'encrypt'] },
      'enc',
    ],
    ['RSA with PS256', { ...rsaPublic, use: 'sig', alg: 'PS256', key_ops: ['verify'], kid: 'a.B_9-' }, 'sig'],
    ['P-256', { ...p256.public, alg: 'ES256' }, 'sig'],
    ['P-384', { ...p384.public, alg: 'ES384', kid: 'k'.repeat(128) }, 'sig'],
    ['P-521', { ...p521.public, alg: 'ES512' }, 'sig'],
    ['P-521 to encrypt to', { ...p521.public, alg: 'ECDH-ES+A256KW', key_ops: [] }, 'enc'],
    ['Ed25519', { ...ed25519.public, alg: 'EdDSA' }, 'sig'],
    ['Ed25519 by its new name', { ...ed25519.public, alg: 'Ed25519' }, 'sig'],
    ['X25519', { ...x25519.public, alg: 'ECDH-ES' }, 'enc'],
  ] as const)('%s, and Node reads the same key', (_title, input, use) => {
    const checked = checkPublicJwk(input, use)
    if (!checked.ok) throw new Error(checked.refusal.code)
    const { kty, n, e, crv, x, y } = input as JsonWebKey
    const key = createPublicKey({ key: { ...checked.jwk }, format: 'jwk' })
    expect(key.export({ format: 'jwk' })).toEqual(JSON.parse(JSON.stringify({ kty, n, e, crv, x, y })))
  })

  it('FAULTS 34: drops unknown members and keeps what it was given in order', () => {
    const checked = checkPublicJwk(
      { ...rsaPublic, kid: 'k1', use: 'sig', alg: 'RS256', x5c: ['MII'], id: 'pks1' },
      'sig',
    )
    const { e } = rsaPublic
    expect(checked.ok && checked.jwk).toEqual({ kty: 'RSA', n, e, kid: 'k1', use: 'sig', alg: 'RS256' })
  })

  it('takes null for absent, as Okta’s clients send it', () => {
    const checked = checkPublicJwk({ ...rsaPublic, kid: null, use: null, alg: null, d: null }, 'sig')
    expect(checked.ok && checked.jwk).toEqual({ kty: 'RSA', n, e: 'AQAB' })
  })

  it('FAULTS 28: at the largest size, too', () => {
    expect(checkPublicJwk(rsaWithModulus(roughModulus(16_384, 16_384)), 'sig').ok).toBe(true)
  })

  it('takes every sound RSA key that Node makes', () => {
    for (let round = 0; round < 10; round++) {
      expect(checkPublicJwk(rsaWithModulus(prime(1024) * prime(1024)), 'sig').ok).toBe(true)
    }
  })
})

function next(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(character) + 1)
}

function without(jwk: JsonWebKey, member: 'crv' | 'y'): JsonWebKey {
  const { [member]: _, ...rest } = jwk
  return rest
}

function accessors(jwk: JsonWebKey): object {
  return Object.defineProperties(
    {},
    Object.fromEntries(
      Object.keys(jwk).map((name) => [
        name,
        {
          enumerable: true,
          get: () => {
            throw new Error('must not be called')
          },
        },
      ]),
    ),
  )
}
