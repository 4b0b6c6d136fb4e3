import {
  CLIENT_KEY_LIMIT,
  type ClientRing,
  type ClientRingCommand,
  type ClientRingRefusalCode,
  changeClientRing,
  type KeyRowChange,
  NO_DEMANDS,
} from '@rescind/core/keys'
import { describe, expect, it } from 'vitest'
import { clientRing, encryptionKey, ringKey } from './ring-keys.ts'

const inactive = { status: 'INACTIVE' } as const
const privateKeyJwt = { ...NO_DEMANDS, privateKeyJwt: true }
const idTokenEncryption = { ...NO_DEMANDS, idTokenEncryption: true }
const requestObjects = (alg: string) => ({ ...NO_DEMANDS, requestObjectSigningAlg: alg })
const full = Array.from({ length: CLIENT_KEY_LIMIT }, (_, index) =>
  index % 2 === 0
    ? ringKey(`${index}`, index % 4 === 0 ? inactive : {})
    : encryptionKey(`${index}`, inactive),
)
const ec = (id: string, crv: string) => ringKey(id, { kty: 'EC', crv })

type Refused = readonly [string, ClientRing, ClientRingCommand, ClientRingRefusalCode]
const REFUSED: readonly Refused[] = [
  ['rule 1: a 51st key', clientRing(full), { type: 'add', key: ringKey('new') }, 'key_limit_reached'],
  [
    'rule 2: a key without kid beside another',
    clientRing([ringKey('a')]),
    { type: 'add', key: ringKey('b', { kid: null }) },
    'kid_required',
  ],
  [
    'rule 2: a key beside one without kid',
    clientRing([ringKey('a', { kid: null })]),
    { type: 'add', key: ringKey('b') },
    'kid_required',
  ],
  [
    'rule 3: a kid twice',
    clientRing([ringKey('a')]),
    { type: 'add', key: encryptionKey('b', { kid: 'kid-a' }) },
    'kid_duplicate',
  ],
  [
    'rule 3: the kid of an INACTIVE key',
    clientRing([ringKey('a', inactive)]),
    { type: 'add', key: ringKey('b', { kid: 'kid-a' }) },
    'kid_duplicate',
  ],
  [
    'rule 5: a second ACTIVE encryption key',
    clientRing([encryptionKey('a')]),
    { type: 'add', key: encryptionKey('b') },
    'active_encryption_key_exists',
  ],
  [
    'an encryption key that is not RSA',
    clientRing([]),
    { type: 'add', key: encryptionKey('a', { kty: 'EC', crv: 'P-256' }) },
    'encryption_key_not_rsa',
  ],
  [
    'rule 7a: the only active signing key',
    clientRing([ringKey('a'), ringKey('b', inactive), encryptionKey('c')], { demands: privateKeyJwt }),
    { type: 'deactivate', id: 'a' },
    'only_active_signing_key',
  ],
  [
    'rule 7b: the last RSA key for RS256',
    clientRing([ringKey('a'), ec('b', 'P-256')], { demands: requestObjects('RS256') }),
    { type: 'deactivate', id: 'a' },
    'request_object_key_required',
  ],
  [
    'rule 7b: the last P-384 key for ES384',
    clientRing([ec('a', 'P-384'), ec('b', 'P-256'), ringKey('c')], { demands: requestObjects('ES384') }),
    { type: 'deactivate', id: 'a' },
    'request_object_key_required',
  ],
  [
    'rule 7b: the last key bound to the algorithm',
    clientRing([ringKey('a'), ringKey('b', { alg: 'RS512' })], { demands: requestObjects('RS256') }),
    { type: 'deactivate', id: 'a' },
    'request_object_key_required',
  ],
  [
    'rule 7c: the key that ID tokens are encrypted to',
    clientRing([encryptionKey('a'), ringKey('b')], { demands: idTokenEncryption }),
    { type: 'deactivate', id: 'a' },
    'active_encryption_key_required',
  ],
  [
    'rule 8: removing an ACTIVE key',
    clientRing([ringKey('a')]),
    { type: 'remove', id: 'a' },
    'active_key_not_removable',
  ],
  [
    'FAULTS 36: a blocked key under another kid',
    clientRing([], { blocked: new Set(['thumbprint-a']) }),
    { type: 'add', key: ringKey('x', { thumbprint: 'thumbprint-a' }) },
    'key_blocked',
  ],
  [
    'FAULTS 36: activating a key blocked since',
    clientRing([ringKey('a', inactive)], { blocked: new Set(['thumbprint-a']) }),
    { type: 'activate', id: 'a' },
    'key_blocked',
  ],
  [
    'a key of another ring: activate',
    clientRing([ringKey('a')]),
    { type: 'activate', id: 'kid-a' },
    'key_not_found',
  ],
  [
    'a key of another ring: deactivate',
    clientRing([ringKey('a')]),
    { type: 'deactivate', id: 'z' },
    'key_not_found',
  ],
  ['a key of another ring: remove', clientRing([]), { type: 'remove', id: '__proto__' }, 'key_not_found'],
]

type Done = readonly [string, ClientRing, ClientRingCommand, readonly KeyRowChange[]]
const DONE: readonly Done[] = [
  [
    'rule 1: a 50th key',
    clientRing(full.slice(1)),
    { type: 'add', key: ringKey('new') },
    [{ type: 'add', key: ringKey('new') }],
  ],
  [
    'rule 2: an only key without kid',
    clientRing([]),
    { type: 'add', key: ringKey('a', { kid: null }) },
    [{ type: 'add', key: ringKey('a', { kid: null }) }],
  ],
  [
    'kids that differ by case',
    clientRing([ringKey('a')]),
    { type: 'add', key: ringKey('b', { kid: 'KID-a' }) },
    [{ type: 'add', key: ringKey('b', { kid: 'KID-a' }) }],
  ],
  [
    'rule 5: many ACTIVE signing keys',
    clientRing([ringKey('a')]),
    { type: 'add', key: ringKey('b') },
    [{ type: 'add', key: ringKey('b') }],
  ],
  [
    'rule 5: an INACTIVE encryption key beside an ACTIVE one',
    clientRing([encryptionKey('a')]),
    { type: 'add', key: encryptionKey('b', inactive) },
    [{ type: 'add', key: encryptionKey('b', inactive) }],
  ],
  [
    'rule 5: activating an encryption key deactivates the other',
    clientRing([encryptionKey('a'), encryptionKey('b', inactive), ringKey('c')], {
      demands: idTokenEncryption,
    }),
    { type: 'activate', id: 'b' },
    [
      { type: 'deactivate', id: 'a' },
      { type: 'activate', id: 'b' },
    ],
  ],
  [
    'activating a signing key leaves the others',
    clientRing([ringKey('a'), ringKey('b', inactive)]),
    { type: 'activate', id: 'b' },
    [{ type: 'activate', id: 'b' }],
  ],
  [
    'rule 6: an ACTIVE encryption key where there is none',
    clientRing([encryptionKey('a', inactive)]),
    { type: 'add', key: encryptionKey('b') },
    [{ type: 'add', key: encryptionKey('b') }],
  ],
  [
    'rule 7a: one of two active signing keys',
    clientRing([ringKey('a'), ringKey('b')], { demands: privateKeyJwt }),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  [
    'rule 7a: the only one without private_key_jwt',
    clientRing([ringKey('a')]),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  [
    'rule 7b: a key that request objects do not need',
    clientRing([ringKey('a'), ec('b', 'P-256')], { demands: requestObjects('RS256') }),
    { type: 'deactivate', id: 'b' },
    [{ type: 'deactivate', id: 'b' }],
  ],
  [
    'rule 7b: HMAC needs no key',
    clientRing([ringKey('a')], { demands: requestObjects('HS256') }),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  [
    'rule 7b: where none matched before',
    clientRing([ec('a', 'P-256')], { demands: requestObjects('RS256') }),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  [
    'rule 7c: an encryption key without ID-token encryption',
    clientRing([encryptionKey('a')]),
    { type: 'deactivate', id: 'a' },
    [{ type: 'deactivate', id: 'a' }],
  ],
  [
    'rule 8: removing an INACTIVE key',
    clientRing([ringKey('a', inactive)]),
    { type: 'remove', id: 'a' },
    [{ type: 'remove', id: 'a' }],
  ],
  ['rule 9: activating an ACTIVE key', clientRing([encryptionKey('a')]), { type: 'activate', id: 'a' }, []],
  [
    'rule 9: deactivating an INACTIVE key',
    clientRing([ringKey('a', inactive)], { demands: privateKeyJwt }),
    { type: 'deactivate', id: 'a' },
    [],
  ],
  [
    'FAULTS 36: a key deleted before and not blocked',
    clientRing([]),
    { type: 'add', key: ringKey('b', { thumbprint: 'thumbprint-a' }) },
    [{ type: 'add', key: ringKey('b', { thumbprint: 'thumbprint-a' }) }],
  ],
]

describe('the ring of a client', () => {
  it.each(REFUSED)('refuses %s', (_title, ring, command, code) => {
    expect(changeClientRing(ring, command)).toMatchObject({ ok: false, refusal: { code } })
  })

  it.each(DONE)('does %s', (_title, ring, command, changes) => {
    expect(changeClientRing(ring, command)).toEqual({ ok: true, changes })
  })
})
