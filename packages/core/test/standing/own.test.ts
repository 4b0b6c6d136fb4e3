import { type EntryContent, SIGNING_RING } from '@rescind/core/log'
import { type OwnFacts, type Standing, standing } from '@rescind/core/standing'
import { describe, expect, it } from 'vitest'
import {
  actor,
  emptyIndex,
  entryAt,
  frame,
  indexAtStart,
  indexOf,
  jwk,
  LOG,
  OTHER_LOG,
  thumbprint,
} from '../log/world.ts'

const KEY = thumbprint('signing')
const ISSUER = 'https://as1'
const at = (seq: number, incarnation = 1) => ({ log: LOG, incarnation, seq })

/** The signing key in use from 2; what follows begins at 3. */
const ring: readonly EntryContent[] = [
  {
    kind: 'key.published',
    subject: { key: KEY, issuer: ISSUER },
    data: { ring: SIGNING_RING, kid: 'kid', jwk: jwk('signing') },
    actor,
  },
  { kind: 'key.activated', subject: { key: KEY, issuer: ISSUER }, data: { ring: SIGNING_RING }, actor },
]
/** A token with every subject, born at 5. */
const token: OwnFacts = {
  origin: 'own',
  class: 'access',
  position: at(5),
  token: 'jti-1',
  grant: 'grant-1',
  session: 'sid-1',
  users: ['user-1', 'actor-1'],
  clients: ['client-1'],
  resources: ['https://a.example', 'https://b.example'],
  issuer: ISSUER,
  organization: LOG,
  key: KEY,
  providers: ['idp-1'],
  assertionKeys: [thumbprint('assertion')],
}
/** Something else in every respect but its issuer, born at 5. */
const other: OwnFacts = {
  ...token,
  token: 'jti-2',
  grant: 'grant-2',
  session: 'sid-2',
  users: ['user-2'],
  clients: ['client-2'],
  resources: ['https://c.example'],
  providers: ['idp-2'],
  assertionKeys: [],
}
const omit = (facts: OwnFacts, name: 'grant' | 'session' | 'key') => {
  const { [name]: _, ...rest } = facts
  return rest
}

/** A log whose entry at 10 is the given one, and which has gone on to 20. */
function logWith(...contents: EntryContent[]) {
  const index = indexAtStart()
  index.apply(frame(ring.map((content, place) => entryAt(content, { incarnation: 1, seq: place + 1 }))))
  index.apply(frame([], { incarnation: 1, from: 2, to: 9 }))
  for (const [place, content] of contents.entries())
    index.apply(frame([entryAt(content, { incarnation: 1, seq: 10 + place })]))
  index.apply(frame([], { incarnation: 1, from: 9 + contents.length, to: 20 }))
  return index
}

interface Row {
  readonly entry: EntryContent
  readonly expected: Standing
  readonly covered?: OwnFacts
  /** Facts that differ from the covered ones in one thing, and stay good. */
  readonly spared: readonly OwnFacts[]
}
const by = { incarnation: 1, seq: 10 }
const revoked = (rule: string) => ({ standing: 'revoked', rule, by }) as Standing
const blocked = (subject: string) => ({ standing: 'blocked', subject, by }) as Standing
const later = { ...token, position: at(10) }

const rows: readonly Row[] = [
  {
    entry: { kind: 'token.revoked', subject: { token: 'jti-1' }, data: { class: 'access' }, actor },
    expected: revoked('token'),
    spared: [
      { ...token, token: 'jti-2' },
      { ...token, class: 'refresh' },
    ],
  },
  {
    entry: { kind: 'token.revoked', subject: { token: 'jti-1' }, actor },
    expected: revoked('token'),
    covered: { ...token, class: 'refresh', position: at(12) },
    spared: [{ ...token, token: 'jti-2' }],
  },
  {
    entry: { kind: 'token.revoked', subject: { token: 'jti-1', issuer: 'https://idp' }, actor },
    expected: { standing: 'active' },
    spared: [],
  },
  {
    entry: { kind: 'grant.revoked', subject: { grant: 'grant-1' }, actor },
    expected: revoked('grant'),
    spared: [{ ...token, grant: 'grant-2' }, omit(token, 'grant')],
  },
  {
    entry: { kind: 'refresh.revoked', subject: { client: 'client-1' }, actor },
    expected: revoked('refresh'),
    spared: [omit(token, 'grant'), { ...token, clients: ['client-2'] }, later],
  },
  {
    entry: { kind: 'refresh.revoked', subject: { user: 'user-1', client: 'client-1' }, actor },
    expected: revoked('refresh'),
    spared: [
      omit(token, 'grant'),
      { ...token, users: ['user-2'] },
      { ...token, clients: ['client-2'] },
      later,
    ],
  },
  {
    entry: { kind: 'refresh.revoked', subject: { issuer: ISSUER, client: 'client-1' }, actor },
    expected: revoked('refresh'),
    spared: [omit(token, 'grant'), { ...omit(token, 'key'), issuer: 'https://as2' }, later],
  },
  {
    entry: { kind: 'session.ended', subject: { session: 'sid-1' }, actor },
    expected: revoked('session'),
    covered: { ...token, class: 'session' },
    spared: [token, { ...token, class: 'refresh' }, { ...token, class: 'session', session: 'sid-2' }],
  },
  {
    entry: { kind: 'session.revoked', subject: { session: 'sid-1' }, actor },
    expected: revoked('session'),
    spared: [{ ...token, session: 'sid-2' }, omit(token, 'session')],
  },
  {
    entry: { kind: 'user.revoked', subject: { user: 'user-1' }, actor },
    expected: revoked('user'),
    spared: [later],
  },
  {
    entry: { kind: 'user.revoked', subject: { user: 'actor-1' }, actor },
    expected: revoked('user'),
    spared: [later],
  },
  {
    entry: {
      kind: 'user.revoked',
      subject: { user: 'user-1', issuer: 'https://idp' },
      data: { notAfter: 9 },
      actor,
    },
    expected: { standing: 'active' },
    spared: [],
  },
  {
    entry: { kind: 'user.blocked', subject: { user: 'user-1' }, actor },
    expected: blocked('user'),
    covered: later,
    spared: [],
  },
  {
    entry: { kind: 'user.unblocked', subject: { user: 'user-1' }, actor },
    expected: { standing: 'active' },
    spared: [],
  },
  {
    entry: { kind: 'client.revoked', subject: { client: 'client-1' }, actor },
    expected: revoked('client'),
    spared: [later],
  },
  {
    entry: { kind: 'client.blocked', subject: { client: 'client-1' }, actor },
    expected: blocked('client'),
    covered: later,
    spared: [],
  },
  {
    entry: { kind: 'user_client.revoked', subject: { user: 'user-1', client: 'client-1' }, actor },
    expected: revoked('user_client'),
    spared: [{ ...token, users: ['user-2'] }, { ...token, clients: ['client-2'] }, later],
  },
  {
    entry: { kind: 'resource.revoked', subject: { resource: 'https://b.example' }, actor },
    expected: revoked('resource'),
    spared: [{ ...token, resources: ['https://a.example'] }, later],
  },
  {
    entry: { kind: 'resource.blocked', subject: { resource: 'https://b.example' }, actor },
    expected: blocked('resource'),
    covered: later,
    spared: [{ ...token, resources: ['https://a.example'] }],
  },
  {
    entry: { kind: 'issuer.revoked', subject: { issuer: ISSUER }, actor },
    expected: revoked('issuer'),
    spared: [{ ...omit(token, 'key'), issuer: 'https://as2' }, later],
  },
  {
    entry: { kind: 'organization.revoked', subject: { organization: LOG }, actor },
    expected: revoked('organization'),
    spared: [later],
  },
  {
    entry: { kind: 'key.revoked', subject: { key: KEY }, actor },
    expected: revoked('key'),
    covered: { ...token, position: undefined },
    spared: [omit(token, 'key')],
  },
  {
    entry: { kind: 'key.revoked', subject: { key: thumbprint('assertion') }, actor },
    expected: revoked('key'),
    covered: { ...token, position: at(15) },
    spared: [{ ...token, assertionKeys: [] }],
  },
  {
    entry: {
      kind: 'key.retired',
      subject: { key: KEY, issuer: ISSUER },
      data: { ring: SIGNING_RING },
      actor,
    },
    expected: { standing: 'revoked', rule: 'key_span' },
    covered: later,
    spared: [{ ...token, position: at(9) }],
  },
  {
    entry: {
      kind: 'idp_jwks.revoked',
      subject: { issuer: 'https://idp', identity_provider: 'idp-1' },
      data: { epoch: 2, notAfter: 0 },
      actor,
    },
    expected: revoked('identity_provider'),
    spared: [{ ...token, providers: [] }, later],
  },
  {
    entry: { kind: 'index.floor', subject: {}, data: { class: 'access', floor: 6 }, actor },
    expected: revoked('floor'),
    spared: [
      { ...token, position: at(6) },
      { ...token, class: 'refresh' },
    ],
  },
]

describe('what an entry of ours covers', () => {
  it.each(rows.map((row) => [row.entry.kind, JSON.stringify(row.entry.subject), row] as const))(
    '%s %s',
    (_kind, _subject, row) => {
      const index = logWith(row.entry)
      expect(standing(row.covered ?? token, index)).toEqual(row.expected)
      for (const facts of row.spared) expect(standing(facts, index)).toEqual({ standing: 'active' })
      if (row.spared.includes(later) && row.expected.standing === 'revoked') {
        expect(standing({ ...token, position: at(9) }, index)).toEqual(row.expected)
      }
      if (
        row.entry.kind !== 'organization.revoked' &&
        row.entry.kind !== 'index.floor' &&
        !('key' in row.entry.subject)
      ) {
        const elsewhere =
          row.entry.kind === 'issuer.revoked' ? { ...omit(other, 'key'), issuer: 'https://as2' } : other
        expect(standing(elsewhere, index)).toEqual({ standing: 'active' })
      }
    },
  )

  it('voids by name whatever position the token claims', () => {
    const index = logWith({ kind: 'session.revoked', subject: { session: 'sid-1' }, actor })
    expect(standing({ ...token, position: at(20) }, index)).toEqual(revoked('session'))
  })

  it('lets the later of blocked and unblocked decide, in whatever order they come', () => {
    const block = entryAt({ kind: 'user.blocked', subject: { user: 'user-1' }, actor }, at(10))
    const unblock = entryAt({ kind: 'user.unblocked', subject: { user: 'user-1' }, actor }, at(11))
    const index = indexAtStart()
    const range = { from: 0, to: 11 }
    index.apply(frame([unblock, block], range))
    expect(standing(omit(token, 'key'), index)).toEqual({ standing: 'active' })
  })
})

describe('a position', () => {
  const index = logWith()
  it.each<[string, Partial<OwnFacts>, Standing]>([
    ['that is missing is void', { position: undefined }, { standing: 'revoked', rule: 'position' }],
    [
      'of another log is void',
      { position: { ...at(5), log: OTHER_LOG } },
      { standing: 'revoked', rule: 'position' },
    ],
    ['beyond the index is ahead', { position: at(21) }, { standing: 'ahead' }],
    ['of a later incarnation is ahead', { position: at(1, 2) }, { standing: 'ahead' }],
    ['at the index is good', { position: at(20) }, { standing: 'active' }],
    ['before the key was in use is void', { position: at(1) }, { standing: 'revoked', rule: 'key_span' }],
    ['does not help a key nobody published', { key: thumbprint('forged') }, { standing: 'unknown_key' }],
    ['does not help a key of another issuer', { issuer: 'https://as2' }, { standing: 'unknown_key' }],
  ])('%s', (_name, changed, expected) => {
    expect(standing({ ...token, ...changed }, index)).toEqual(expected)
  })

  it('of an earlier incarnation is void', () => {
    const opened = entryAt({ kind: 'user.created', subject: { user: 'u' }, actor }, at(1, 2))
    expect(standing(token, indexOf([opened]))).toEqual({ standing: 'revoked', rule: 'incarnation' })
  })

  it('is void at once when a new incarnation is heard of, and nothing is fresh before its snapshot', () => {
    const follower = logWith()
    expect(follower.apply(frame([], { incarnation: 2, from: 4, to: 4 }))).toBe('incarnation')
    expect(standing(token, follower)).toEqual({ standing: 'revoked', rule: 'incarnation' })
    expect(standing({ ...token, position: at(0, 2) }, follower).standing).not.toBe('active')
  })
})

describe('an index with a hole', () => {
  it('still says what is revoked, and calls nothing good', () => {
    const index = logWith()
    const entry = entryAt({ kind: 'user.revoked', subject: { user: 'user-1' }, actor }, at(30))
    expect(index.apply(frame([entry]))).toBe('gap')
    expect(standing(token, index)).toEqual({ standing: 'revoked', rule: 'user', by: at2(30) })
    expect(standing(other, index)).toEqual({ standing: 'stale', hole: 'gap' })
    expect(standing({ ...other, position: at(25) }, index)).toEqual({ standing: 'stale', hole: 'gap' })
  })

  it('knows nothing before its first snapshot', () => {
    expect(standing(omit(token, 'key'), emptyIndex())).toEqual({ standing: 'stale', hole: 'empty' })
  })

  it('refuses to judge a class that it was not built for', () => {
    expect(() => standing({ ...token, class: 'api_token' }, logWith())).toThrow(TypeError)
  })
})

function at2(seq: number) {
  return { incarnation: 1, seq }
}
