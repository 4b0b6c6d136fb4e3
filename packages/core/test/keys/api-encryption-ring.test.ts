import {
  API_KEY_LIMIT,
  type ApiEncryptionRing,
  type ApiEncryptionRingCommand,
  type ApiEncryptionRingRefusalCode,
  changeApiEncryptionRing,
  type KeyRowChange,
  type RingKey,
} from '@rescind/core/keys'
import { describe, expect, it } from 'vitest'
import { encryptionKey, ringKey } from './ring-keys.ts'

const inactive = (id: string, differences: Partial<RingKey> = {}) =>
  encryptionKey(id, { status: 'INACTIVE', ...differences })
const ring = (keys: readonly RingKey[], differences: Partial<ApiEncryptionRing> = {}): ApiEncryptionRing => ({
  keys,
  blocked: new Set(),
  limit: API_KEY_LIMIT,
  accessTokenEncryption: false,
  ...differences,
})
const five = ['1', '2', '3', '4', '5'].map((id) => inactive(id))
const encrypting = { accessTokenEncryption: true }
const blocked = { blocked: new Set(['thumbprint-a']) }

type Refused = readonly [string, ApiEncryptionRing, ApiEncryptionRingCommand, ApiEncryptionRingRefusalCode]
const REFUSED: readonly Refused[] = [
  ['a key added ACTIVE', ring([]), { type: 'add', key: encryptionKey('a') }, 'key_added_active'],
  ['a sixth key', ring(five), { type: 'add', key: inactive('a') }, 'key_limit_reached'],
  [
    'a key beyond a configured limit',
    ring(five, { limit: 3 }),
    { type: 'add', key: inactive('a') },
    'key_limit_reached',
  ],
  [
    'a second key without kid',
    ring([inactive('a')]),
    { type: 'add', key: inactive('b', { kid: null }) },
    'kid_required',
  ],
  [
    'a key beside one without kid',
    ring([inactive('a', { kid: null })]),
    { type: 'add', key: inactive('b') },
    'kid_required',
  ],
  [
    'a kid twice',
    ring([inactive('a')]),
    { type: 'add', key: inactive('b', { kid: 'kid-a' }) },
    'kid_duplicate',
  ],
  [
    'a key that is not RSA',
    ring([]),
    { type: 'add', key: inactive('a', { kty: 'EC', crv: 'P-256' }) },
    'encryption_key_not_rsa',
  ],
  [
    'a signing key',
    ring([]),
    { type: 'add', key: ringKey('a', { status: 'INACTIVE' }) },
    'encryption_key_not_rsa',
  ],
  [
    'deactivating the key that access tokens are encrypted to',
    ring([encryptionKey('a'), inactive('b')], encrypting),
    { type: 'deactivate', id: 'a' },
    'active_encryption_key_required',
  ],
  [
    'removing the ACTIVE key',
    ring([encryptionKey('a')]),
    { type: 'remove', id: 'a' },
    'active_key_not_removable',
  ],
  [
    'FAULTS 36: a blocked key under another kid',
    ring([], blocked),
    { type: 'add', key: inactive('x', { thumbprint: 'thumbprint-a' }) },
    'key_blocked',
  ],
  [
    'FAULTS 36: activating a key blocked since',
    ring([inactive('a')], blocked),
    { type: 'activate', id: 'a' },
    'key_blocked',
  ],
  ['a key of another ring', ring([inactive('a')]), { type: 'remove', id: 'z' }, 'key_not_found'],
]

type Done = readonly [string, ApiEncryptionRing, ApiEncryptionRingCommand, readonly KeyRowChange[]]
const DONE: readonly Done[] = [
  [
    'a first key without kid',
    ring([]),
    { type: 'add', key: inactive('a', { kid: null }) },
    [{ type: 'add', key: inactive('a', { kid: null }) }],
  ],
  [
    'a sixth key under a larger limit',
    ring(five, { limit: 50 }),
    { type: 'add', key: inactive('a') },
    [{ type: 'add', key: inactive('a') }],
  ],
  [
    'activation, which deactivates the other',
    ring([encryptionKey('a'), inactive('b')], encrypting),
    { type: 'activate', id: 'b' },
    [
      { type: 'deactivate', id: 'a' },
      { type: 'activate', id: 'b' },
    ],
  ],
  [
    'deactivation without access-token encryption',
    ring([encryptionKey('a')]),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  ['deactivation of an INACTIVE key', ring([inactive('a')], encrypting), { type: 'deactivate', id: 'a' }, []],
  ['activation of the ACTIVE key', ring([encryptionKey('a')]), { type: 'activate', id: 'a' }, []],
  [
    'removal of an INACTIVE key',
    ring([inactive('a')]),
    { type: 'remove', id: 'a' },
    [{ type: 'remove', id: 'a' }],
  ],
]

describe('the ring of an API', () => {
  it.each(REFUSED)('refuses %s', (_title, given, command, code) => {
    expect(changeApiEncryptionRing(given, command)).toMatchObject({ ok: false, refusal: { code } })
  })

  it.each(DONE)('does %s', (_title, given, command, changes) => {
    expect(changeApiEncryptionRing(given, command)).toEqual({ ok: true, changes })
  })
})
