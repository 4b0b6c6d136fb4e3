/*
 * Tokens that must not be accepted, most of them signed with the authority's own key: what
 * refuses them is what they are, not that nobody could sign them.
 */
import { createHmac, createPublicKey, sign } from 'node:crypto'
import type { Verifier } from '@rescind/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activeSigningKey } from '../../src/keys/issuer-keys.ts'
import { DATABASES } from '../support/databases.ts'
import { openVerifierWorld, type VerifierWorld, verdictOf } from '../support/verifier-world.ts'

type Json = Readonly<Record<string, unknown>>

const b64 = (value: string | Buffer) => Buffer.from(value).toString('base64url')

describe.each(DATABASES)('hostile tokens on $name', (database) => {
  let world: VerifierWorld
  let verifier: Verifier
  let header: Json
  let payload: Json
  let token: string
  let signed: (head: Json | string | Buffer, body: Json | string | Buffer) => string
  beforeAll(async () => {
    world = await openVerifierWorld(database)
    verifier = await world.verifier({ positionWait: 10 })
    token = await world.token()
    const [head = '', body = ''] = token.split('.')
    header = JSON.parse(Buffer.from(head, 'base64url').toString())
    payload = JSON.parse(Buffer.from(body, 'base64url').toString())
    const { authority } = world.nodes.nodes[0]
    const { privateKey } = await activeSigningKey(authority, world.api.serverId)
    const text = (part: Json | string | Buffer) =>
      b64(typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part))
    signed = (head, body) => {
      const input = `${text(head)}.${text(body)}`
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
    }
  })
  afterAll(() => world.close())

  it('are told from the good one that they are made of', async () => {
    expect([await verdictOf(verifier, token), await verdictOf(verifier, signed(header, payload))]).toEqual([
      'accepted',
      'accepted',
    ])
  })

  it.each([
    ['none', 'none', 'signature_invalid'],
    ['None', 'None', 'signature_invalid'],
    ['nOnE', 'nOnE', 'signature_invalid'],
    ['empty', '', 'signature_invalid'],
    ['missing', undefined, 'token_malformed'],
    ['an array', ['RS256'], 'token_malformed'],
    ['HS256', 'HS256', 'signature_invalid'],
    ['another of the same type', 'PS256', 'signature_invalid'],
    ['one of another type', 'ES256', 'signature_invalid'],
  ])('row 37, 38: the algorithm is %s', async (_, alg, code) => {
    expect(await verdictOf(verifier, signed({ ...header, alg }, payload))).toBe(code)
    const bare = signed({ ...header, alg }, payload).replace(/[^.]+$/, '')
    expect(await verdictOf(verifier, bare)).toBe('token_malformed')
  })

  it('row 38: an HMAC with the public key is not a signature', async () => {
    const { authority } = world.nodes.nodes[0]
    const { privateKey } = await activeSigningKey(authority, world.api.serverId)
    const pem = createPublicKey(privateKey.export({ format: 'pem', type: 'pkcs8' })).export({
      format: 'pem',
      type: 'spki',
    })
    const input = `${b64(JSON.stringify({ ...header, alg: 'HS256' }))}.${b64(JSON.stringify(payload))}`
    const mac = createHmac('sha256', pem).update(input).digest('base64url')
    expect(await verdictOf(verifier, `${input}.${mac}`)).toBe('signature_invalid')
  })

  it.each([
    ['a path', '../../etc/passwd'],
    ['SQL', "' OR 1=1 --"],
    ['NUL', '%00'],
    ['a line', 'a\nb'],
    ['a prototype', 'constructor'],
    ['long', 'k'.repeat(3_000)],
  ])('row 39: a kid that is %s is unknown', async (_, kid) => {
    expect(await verdictOf(verifier, signed({ ...header, kid }, payload))).toBe('key_unknown')
  })

  it('row 40: has one spelling', async () => {
    const [head = '', body = '', signature = ''] = token.split('.')
    const last = signature.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const spellings = [...alphabet]
      .filter((character) => character !== last)
      .map((character) => `${head}.${body}.${signature.slice(0, -1)}${character}`)
    for (const other of [
      ...spellings,
      `${token}=`,
      `${token}==`,
      ` ${token}`,
      `${token}\n`,
      `${head}.${body}.${signature.slice(0, 9)}\n${signature.slice(9)}`,
      `${head}.${body}.${signature}.`,
      `${head}..${body}.${signature}`,
      `${head}.${body}`,
      `${b64(` ${JSON.stringify(header)}`)}.${body}.${signature}`,
    ])
      expect(await verdictOf(verifier, other), other.slice(-12)).toMatch(/token_malformed|signature_invalid/)
  })

  it.each(['jku', 'x5u', 'jwk', 'x5c'])(
    'row 41: %s is not believed, and nothing is fetched',
    async (name) => {
      const value = name === 'jwk' ? { kty: 'RSA' } : `${world.nodes.publicUrl}/attacker`
      expect(await verdictOf(verifier, signed({ ...header, [name]: value }, payload))).toBe('accepted')
      expect(await verdictOf(verifier, signed({ ...header, [name]: value, kid: 'mine' }, payload))).toBe(
        'key_unknown',
      )
    },
  )

  const now = () => Math.floor(Date.now() / 1000)
  it.each<[string, () => Json, string]>([
    ['another issuer', () => ({ iss: 'https://evil.example.com' }), 'issuer_unknown'],
    ['no issuer', () => ({ iss: undefined }), 'token_malformed'],
    ['another audience', () => ({ aud: 'https://other.example.com' }), 'audience_mismatch'],
    ['no audience', () => ({ aud: undefined }), 'token_malformed'],
    ['an empty audience', () => ({ aud: [] }), 'token_malformed'],
    ['an audience that is no text', () => ({ aud: [1] }), 'token_malformed'],
    ['no expiry', () => ({ exp: undefined }), 'token_malformed'],
    ['an expiry in words', () => ({ exp: 'never' }), 'token_malformed'],
    ['an expiry now', () => ({ exp: now() }), 'token_expired'],
    ['a beginning to come', () => ({ nbf: now() + 120 }), 'token_not_yet_valid'],
    ['an issue to come', () => ({ iat: now() + 120 }), 'token_not_yet_valid'],
    ['no position', () => ({ pos: undefined }), 'token_revoked'],
    ['a position of another log', () => ({ pos: `${'b'.repeat(24)}.1.5` }), 'token_revoked'],
    ['a position respelled', () => ({ pos: `${payload.pos}`.replace('.1.', '.01.') }), 'token_revoked'],
    ['a position before its key', () => ({ pos: `${payload.pos}`.replace(/\d+$/, '1') }), 'token_revoked'],
    ['a position to come', () => ({ pos: `${payload.pos}0000` }), 'position_ahead'],
    [
      'a position of a later incarnation',
      () => ({ pos: `${payload.pos}`.replace('.1.', '.2.') }),
      'position_ahead',
    ],
    ['no id', () => ({ jti: undefined }), 'token_malformed'],
    ['no client', () => ({ client_id: undefined }), 'token_malformed'],
    ['a client that is no text', () => ({ client_id: ['a'] }), 'token_malformed'],
  ])('row 42: %s', async (_, change, code) => {
    expect(await verdictOf(verifier, signed(header, { ...payload, ...change() }))).toBe(code)
  })

  it.each(['JWT', 'dpop+jwt', 'logout+jwt', undefined])(
    'row 42: a token of type %s is no access token',
    async (typ) => {
      expect(await verdictOf(verifier, signed({ ...header, typ }, payload))).toBe('type_mismatch')
    },
  )

  it('row 43: what is encrypted is nothing here, however it is packed', async () => {
    for (const head of [
      { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
      { alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31 },
    ])
      expect(await verdictOf(verifier, `${b64(JSON.stringify(head))}.e.e.e.e`)).toBe('token_malformed')
  })

  it.each([
    ['too long', () => `${'A'.repeat(10_000_000)}`],
    ['with a kid of megabytes', () => signed({ ...header, kid: 'k'.repeat(1_000_000) }, payload)],
    ['nested without end', () => signed(header, `{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`)],
    [
      'with too many claims',
      () => signed(header, Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`c${n}`, n]))),
    ],
    ['with endless actors', () => signed(header, { ...payload, act: actors(20) })],
  ])('row 44: a token %s', async (_, make) => {
    expect(await verdictOf(verifier, make())).toBe('token_malformed')
  })

  it.each<[string, () => string]>([
    ['an unknown crit', () => signed({ ...header, crit: ['exp'] }, payload)],
    ['an unencoded payload', () => signed({ ...header, b64: false, crit: ['b64'] }, payload)],
    ['a member twice', () => signed(header, JSON.stringify(payload).replace('{', '{"aud":"a",'))],
    ['a header twice', () => signed(JSON.stringify(header).replace('{', '{"alg":"none",'), payload)],
    ['a byte order mark', () => signed(header, `\ufeff${JSON.stringify(payload)}`)],
    [
      'invalid UTF-8',
      () =>
        signed(
          header,
          Buffer.concat([
            Buffer.from(JSON.stringify(payload).slice(0, -1)),
            Buffer.from(',"x":"'),
            Buffer.from([0xff]),
            Buffer.from('"}'),
          ]),
        ),
    ],
    [
      'a huge integer',
      () => signed(header, JSON.stringify(payload).replace('{', '{"n":123456789012345678901234,')),
    ],
    ['a number beyond all', () => signed(header, JSON.stringify(payload).replace('{', '{"n":1e999,'))],
    [
      'a prototype',
      () => signed(header, JSON.stringify(payload).replace('{', '{"__proto__":{"admin":true},')),
    ],
    ['an array', () => signed(header, '[]')],
    ['no JSON', () => signed(header, 'claims')],
    ['nothing', () => ''],
    ['dots', () => '..'],
  ])('row 45: %s', async (_, make) => {
    expect(await verdictOf(verifier, make())).toBe('token_malformed')
  })
})

function actors(depth: number): Json {
  return depth === 0 ? { sub: 'a' } : { sub: 'a', act: actors(depth - 1) }
}
