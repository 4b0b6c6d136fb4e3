import {
  API_KEY_LIMIT,
  applyKeyChanges,
  NO_DEMANDS,
  type ReplacementKey,
  type RingKey,
  replaceApiEncryptionKeys,
  replaceClientKeys,
} from '@rescind/core/keys'
import { describe, expect, it } from 'vitest'
import { clientRing, encryptionKey, ringKey } from './ring-keys.ts'

/** The key as a request carries it: without our id, unless it claims one. */
const sent = (key: RingKey, differences: Partial<ReplacementKey> = {}): ReplacementKey => ({
  ...key,
  id: `new-${key.id}`,
  claimedId: null,
  ...differences,
})

describe('replacing the keys of a client', () => {
  const [a, b] = [ringKey('a'), ringKey('b')]

  it('changes nothing where nothing differs', () => {
    expect(replaceClientKeys(clientRing([a, b]), [sent(b), sent(a)])).toEqual({ ok: true, changes: [] })
  })

  it('adds what is new, removes what is gone, ACTIVE or not, and keeps the ids of the rest', () => {
    const c = ringKey('c')
    expect(replaceClientKeys(clientRing([a, b]), [sent(b), sent(c)])).toEqual({
      ok: true,
      changes: [
        { type: 'remove', id: 'a' },
        { type: 'add', key: { ...c, id: 'new-c' } },
      ],
    })
  })

  it('takes a key without status for ACTIVE', () => {
    const held = clientRing([ringKey('a', { status: 'INACTIVE' })])
    expect(replaceClientKeys(held, [sent(a, { status: null }), sent(b, { status: null })])).toEqual({
      ok: true,
      changes: [
        { type: 'add', key: { ...b, id: 'new-b', status: 'ACTIVE' } },
        { type: 'activate', id: 'a' },
      ],
    })
  })

  it('gives the existing key a kid, so that a second one can join it', () => {
    const nameless = ringKey('a', { kid: null })
    expect(replaceClientKeys(clientRing([nameless]), [sent(a, { claimedId: 'a' }), sent(b)])).toEqual({
      ok: true,
      changes: [
        { type: 'update', id: 'a', kid: 'kid-a', alg: null },
        { type: 'add', key: { ...b, id: 'new-b' } },
      ],
    })
  })

  it('gives an id with other key material to nobody', () => {
    const impostor = sent(b, { claimedId: 'a' })
    const outcome = replaceClientKeys(clientRing([a]), [impostor])
    expect(outcome).toMatchObject({ changes: [{ type: 'remove', id: 'a' }, { key: { id: 'new-b' } }] })
  })

  it('gives an id to one of two keys that claim it', () => {
    const twice = [sent(a, { claimedId: 'a' }), sent(a, { claimedId: 'a', kid: 'other', id: 'new' })]
    const outcome = replaceClientKeys(clientRing([a]), twice)
    expect(outcome).toMatchObject({ changes: [{ type: 'add', key: { id: 'new', kid: 'other' } }] })
  })

  it('lets two keys swap their kids', () => {
    const swapped = [sent(a, { claimedId: 'a', kid: 'kid-b' }), sent(b, { claimedId: 'b', kid: 'kid-a' })]
    const outcome = replaceClientKeys(clientRing([a, b]), swapped)
    const after = outcome.ok ? applyKeyChanges([a, b], outcome.changes) : []
    expect(after.map(({ id, kid }) => [id, kid])).toEqual([
      ['a', 'kid-b'],
      ['b', 'kid-a'],
    ])
  })

  it('passes the ACTIVE encryption key on without ever having two', () => {
    const [held, other] = [encryptionKey('a'), encryptionKey('b', { status: 'INACTIVE' })]
    const outcome = replaceClientKeys(clientRing([held, other]), [
      sent(held, { status: 'INACTIVE' }),
      sent(other, { status: 'ACTIVE' }),
    ])
    expect(outcome).toEqual({
      ok: true,
      changes: [
        { type: 'deactivate', id: 'a' },
        { type: 'activate', id: 'b' },
      ],
    })
  })

  it.each([
    [
      'two ACTIVE encryption keys',
      [sent(encryptionKey('c')), sent(encryptionKey('d'), { status: null })],
      'active_encryption_key_exists',
    ],
    ['a kid twice', [sent(a), sent(b, { kid: 'kid-a' })], 'kid_duplicate'],
    ['a key without kid among others', [sent(a), sent(b, { kid: null })], 'kid_required'],
    ['51 keys', Array.from({ length: 51 }, (_, index) => sent(ringKey(`${index}`))), 'key_limit_reached'],
    ['an EC encryption key', [sent(encryptionKey('c', { kty: 'EC' }))], 'encryption_key_not_rsa'],
    [
      'a blocked key under another kid',
      [sent(ringKey('c'), { thumbprint: 'bad', kid: 'innocent' })],
      'key_blocked',
    ],
  ] as const)('refuses %s', (_title, replacements, code) => {
    const ring = clientRing([a], { blocked: new Set(['bad']) })
    expect(replaceClientKeys(ring, replacements)).toMatchObject({ ok: false, refusal: { code } })
  })

  it('refuses to leave a client that authenticates with its keys without one, but not to make it so', () => {
    const demands = { ...NO_DEMANDS, privateKeyJwt: true }
    const refusal = { code: 'only_active_signing_key' }
    expect(replaceClientKeys(clientRing([a], { demands }), [])).toMatchObject({ refusal })
    expect(replaceClientKeys(clientRing([], { demands }), [])).toEqual({ ok: true, changes: [] })
    expect(replaceClientKeys(clientRing([a]), []).ok).toBe(true)
  })
})

describe('replacing the keys of an API', () => {
  const ring = { keys: [], blocked: new Set<string>(), limit: API_KEY_LIMIT, accessTokenEncryption: true }

  it('takes one ACTIVE key, as creating an authorization server may bring it', () => {
    const key = encryptionKey('a')
    expect(replaceApiEncryptionKeys(ring, [sent(key)])).toMatchObject({ changes: [{ key: { id: 'new-a' } }] })
  })

  it.each([
    ['two ACTIVE keys', [sent(encryptionKey('a')), sent(encryptionKey('b'))], 'active_encryption_key_exists'],
    ['a signing key', [sent(ringKey('a'))], 'encryption_key_not_rsa'],
    [
      'taking the ACTIVE key away',
      [sent(encryptionKey('x'), { status: 'INACTIVE' })],
      'active_encryption_key_required',
    ],
  ] as const)('refuses %s', (_title, replacements, code) => {
    const held = { ...ring, keys: [encryptionKey('x')] }
    expect(replaceApiEncryptionKeys(held, replacements)).toMatchObject({ ok: false, refusal: { code } })
  })
})
