import { generateKeyPairSync } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientJwks } from '../../src/keys/client-jwks/client-jwks.ts'
import { SCHEDULE } from '../../src/keys/client-jwks/schedule.ts'
import { type Answer, type DocumentServer, json, openDocuments } from '../support/documents.ts'

const A = 'aaaaaaaaaaaaaaaaaaaaaaaa'
const B = 'bbbbbbbbbbbbbbbbbbbbbbbb'

const ec = (kid?: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  ...(kid === undefined ? {} : { kid }),
})
const failing: Answer = (_request, response) => response.writeHead(503).end()

describe('the keys that clients publish', () => {
  let host: DocumentServer
  let address: string
  let now: number
  let jwks: ClientJwks
  const one = ec('one')
  const two = ec('two')

  beforeEach(async () => {
    host = await openDocuments(json({ keys: [one] }))
    address = `${host.origin}/keys`
    now = 1_700_000_000_000
    jwks = new ClientJwks({
      clock: { now: () => now },
      logger: pino({ level: 'silent' }),
      allowPrivateNetworks: true,
    })
  })
  afterEach(() => host.close())

  const kids = async (kid?: string, organization = A) =>
    (await jwks.keysAt(organization, address, kid)).map((key) => key.kid)

  it('are fetched once by all who ask at the same time, and once in five minutes', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => kids('one')))
    expect(all).toEqual(Array.from({ length: 50 }, () => ['one']))
    now += SCHEDULE.fresh - 1
    await kids('one')
    expect(host.requests()).toBe(1)
    host.answer(json({ keys: [two] }))
    now += 1
    expect(await kids('one')).toEqual(['two'])
    expect(host.requests()).toBe(2)
  })

  it('are fetched again for an unknown kid, at most once per quiet period', async () => {
    await kids()
    now += SCHEDULE.quiet - 1
    for (const kid of ['two', 'three', 'four']) expect(await kids(kid)).toEqual(['one'])
    expect(host.requests()).toBe(1)
    host.answer(json({ keys: [one, two] }))
    now += 1
    expect(await kids('two')).toEqual(['one', 'two'])
    expect(await kids('three')).toEqual(['one', 'two'])
    expect(host.requests()).toBe(2)
  })

  it('stay the last good ones while the host fails, up to a limit, and are asked for ever more seldom', async () => {
    await kids()
    const began = now
    host.answer(failing)
    const asked: number[] = []
    while (now - began < SCHEDULE.hardLimit) {
      const before = host.requests()
      expect(await kids('unknown')).toEqual(['one'])
      if (host.requests() > before) asked.push((now - began) / 1000)
      now += 10_000
    }
    expect(asked).toEqual([30, 60, 120, 240, 480, 960, 1560, 2160, 2760, 3360])
    expect(await kids('one')).toEqual([])
    host.answer(json({ keys: [two] }))
    now += SCHEDULE.longestPause
    expect(await kids('two')).toEqual(['two'])
  })

  it('begin to back off with the first failure, where there never was a good one', async () => {
    host.answer(failing)
    expect(await kids('one')).toEqual([])
    expect(await kids('one')).toEqual([])
    expect(host.requests()).toBe(1)
    now += SCHEDULE.quiet
    host.answer(json({ keys: [one] }))
    expect(await kids('one')).toEqual(['one'])
  })

  it('do not wait for ever when the clock is set back', async () => {
    await kids()
    now -= 10 * SCHEDULE.hardLimit
    host.answer(json({ keys: [two] }))
    expect(await kids('one')).toEqual(['two'])
  })

  it('of one organization are fetched apart from those of another', async () => {
    await kids('one', A)
    host.answer(json({ keys: [two] }))
    expect(await kids('two', B)).toEqual(['two'])
    expect(await kids('one', A)).toEqual(['one'])
    expect(host.requests()).toBe(2)
  })

  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'jwk',
  })
  const rsa = { kty: 'RSA', n, e }
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  it.each<[string, unknown, readonly (string | null)[]]>([
    ['a null entry', [null, one], ['one']],
    ['a key of an unknown type', [{ kty: 'XYZ', kid: 'x' }, one], ['one']],
    ['a key that was given away', [{ ...pair.privateKey.export({ format: 'jwk' }), kid: 'x' }, one], ['one']],
    ['an exponent of one', [{ kty: 'RSA', n, e: 'AQ', kid: 'x' }, one], ['one']],
    ['a symmetric key', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }, one], ['one']],
    ['two keys of one kid', [one, { ...two, kid: 'one' }, ec('three')], ['three']],
    ['one key twice', [one, one, two], ['one', 'two']],
    ['two keys without a kid', [ec(), ec(), two], ['two']],
    ['one key without a kid', [ec()], [null]],
    ['an encryption key of the same kid', [one, { ...rsa, use: 'enc', kid: 'one' }], ['one', 'one']],
    ['a kid with a line break', [{ ...ec(), kid: 'a\nb' }, one], ['one']],
  ])('with %s: the others stand', async (_name, keys, expected) => {
    host.answer(json({ keys }))
    expect(await kids()).toEqual(expected)
  })

  it.each<[string, unknown]>([
    ['no key', { keys: [] }],
    ['nothing good', { keys: [null] }],
    ['no set', { key: [] }],
    ['an array', [one]],
    ['more than a hundred keys', { keys: Array.from({ length: 101 }, () => one) }],
    ['a key in place of the set', one],
  ])('are not replaced by %s', async (_name, document) => {
    await kids()
    host.answer(json(document))
    now += SCHEDULE.fresh
    expect(await kids('one')).toEqual(['one'])
    expect(host.requests()).toBe(2)
  })

  it('are not replaced by a document that two readers would read differently', async () => {
    await kids()
    host.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"keys":[],"keys":[${JSON.stringify(two)}]}`)
    })
    now += SCHEDULE.fresh
    expect(await kids('one')).toEqual(['one'])
  })

  it('are not reached in private networks unless those are allowed', async () => {
    const careful = new ClientJwks({ clock: { now: () => now }, logger: pino({ level: 'silent' }) })
    expect(await careful.keysAt(A, address)).toEqual([])
    expect(host.requests()).toBe(0)
  })
})
