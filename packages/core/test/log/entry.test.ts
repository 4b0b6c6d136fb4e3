import {
  decodeEntry,
  ENTRY_KINDS,
  encodeEntry,
  entryDigest,
  GENESIS_DIGEST,
  INDEXED_KINDS,
  isIndexed,
  LogFormatError,
} from '@rescind/core/log'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actor, entryAt, logs, thumbprint } from './world.ts'

const entry = entryAt({ kind: 'user.revoked', subject: { user: 'u' }, actor }, { incarnation: 1, seq: 9 })
const json = JSON.parse(encodeEntry(entry))

describe('an entry', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(logs(), (entries) => {
        for (const each of entries)
          expect(decodeEntry(encodeEntry(each))).toEqual({ known: true, entry: each })
      }),
    )
  })

  it('of an unknown kind is preserved and inert', () => {
    const text = JSON.stringify({ ...json, kind: 'moon.eclipsed', data: { depth: [1, { a: null }] } })
    const decoded = decodeEntry(text)
    expect(decoded.known).toBe(false)
    expect(decoded.entry.kind).toBe('moon.eclipsed')
    expect('content' in decoded.entry && decoded.entry.content).toEqual(JSON.parse(text))
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['a subject that is not the kind’s', { ...json, subject: { session: 's' } }],
    ['a further name in the subject', { ...json, subject: { user: 'u', session: 's' } }],
    ['an empty name', { ...json, subject: { user: '' } }],
    ['half a character', { ...json, subject: { user: '\ud800' } }],
    ['a number for a name', { ...json, subject: { user: 7 } }],
    ['a further member', { ...json, secret: 'x' }],
    ['a fraction', { ...json, data: { notAfter: 1.5 } }],
    ['no position', { ...json, position: undefined }],
    ['a position before the first', { ...json, position: { ...json.position, seq: 0 } }],
    ['a position in words', { ...json, position: { ...json.position, seq: '9' } }],
    ['a log in capitals', { ...json, position: { ...json.position, log: 'A'.repeat(24) } }],
    ['no actor', { ...json, actor: undefined }],
    ['an unknown reason', { ...json, reason: { code: 'because' } }],
    ['identities without a time', { ...json, data: { identities: [{ issuer: 'i', user: 'u' }] } }],
    ['a foreign user without a time', { ...json, subject: { user: 'u', issuer: 'i' } }],
    [
      'a floor beyond itself',
      { ...json, kind: 'index.floor', subject: {}, data: { class: 'access', floor: 10 } },
    ],
    ['a floor of no class', { ...json, kind: 'index.floor', subject: {}, data: { floor: 1 } }],
    ['a key that is no thumbprint', { ...json, kind: 'key.revoked', subject: { key: 'short' } }],
    [
      'a private member',
      {
        ...json,
        kind: 'key.published',
        subject: { key: thumbprint('k'), issuer: 'i' },
        data: { ring: 'signing', kid: 'k', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'secret' } },
      },
    ],
  ])('with %s is refused', (_name, value) => {
    expect(() => decodeEntry(JSON.stringify(value))).toThrow(LogFormatError)
  })

  it('of an unknown kind may nest only so deep', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const text = JSON.stringify({ ...json, kind: 'moon.eclipsed' }).replace('{', `{"deep":${deep},`)
    expect(() => decodeEntry(text)).toThrow(LogFormatError)
  })

  it('never crashes the reader', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ ...json, data: value })),
        ),
        (text) => {
          try {
            decodeEntry(text)
          } catch (error) {
            expect(error).toBeInstanceOf(LogFormatError)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('changes every digest after it when it changes', () => {
    const other = entryAt({ kind: 'user.revoked', subject: { user: 'v' }, actor }, { incarnation: 1, seq: 9 })
    const next = entryAt({ kind: 'user.created', subject: { user: 'w' }, actor }, { incarnation: 1, seq: 10 })
    const chain = (first: typeof entry) => entryDigest(entryDigest(GENESIS_DIGEST, first), next)
    expect(chain(entry)).toMatch(/^[0-9a-f]{64}$/)
    expect(chain(entry)).not.toBe(chain(other))
  })
})

describe('the kinds of which the index is made', () => {
  it('are kinds of entries, each with a code of its own', () => {
    expect(new Set(INDEXED_KINDS).size).toBe(26)
    for (const kind of INDEXED_KINDS) expect(ENTRY_KINDS).toContain(kind)
  })

  it.each(['user.created', 'secret.retired', 'toString', '__proto__', 'moon.eclipsed'])(
    'do not include %s',
    (kind) => {
      expect(isIndexed(kind)).toBe(false)
    },
  )
})
