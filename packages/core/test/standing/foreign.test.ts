import type { EntryContent } from '@rescind/core/log'
import { type ForeignFacts, type Standing, standing } from '@rescind/core/standing'
import { describe, expect, it } from 'vitest'
import { actor, entryAt, indexOf, jwk, LOG, thumbprint } from '../log/world.ts'

const IDP = 'https://idp.example'
const [OLD, NEW] = [thumbprint('old'), thumbprint('new')]
const trusted = (...keys: string[]) => keys.map((key) => ({ key, jwk: jwk('idp') }))
const fetched: EntryContent = {
  kind: 'idp_jwks.refreshed',
  subject: { issuer: IDP },
  data: { epoch: 1, keys: trusted(OLD, NEW) },
  actor,
}
/** Issued at 1,000 s. */
const token: ForeignFacts = {
  origin: 'foreign',
  issuer: IDP,
  key: OLD,
  issuedAt: 1_000,
  token: 'jti-1',
  user: 'alice',
  resources: ['https://a.example'],
  organization: LOG,
}
const by = { incarnation: 1, seq: 2 }
const revoked = (rule: string) => ({ standing: 'revoked', rule, by }) as Standing
const active: Standing = { standing: 'active' }

function logWith(...contents: EntryContent[]) {
  return indexOf(
    [fetched, ...contents].map((content, place) => entryAt(content, { incarnation: 1, seq: place + 1 })),
  )
}

describe('a token that somebody else signed', () => {
  it.each<[string, EntryContent, Standing, Partial<ForeignFacts>[]]>([
    [
      'by name',
      { kind: 'token.revoked', subject: { token: 'jti-1', issuer: IDP }, actor },
      revoked('token'),
      [{ token: 'jti-2' }],
    ],
    [
      'not by the name of a token of ours',
      { kind: 'token.revoked', subject: { token: 'jti-1' }, actor },
      active,
      [],
    ],
    [
      'of a user with that identity',
      {
        kind: 'user.revoked',
        subject: { user: '00u1' },
        data: { identities: [{ issuer: IDP, user: 'alice' }], notAfter: 1_000_000 },
        actor,
      },
      revoked('user'),
      [{ user: 'bob' }, { issuedAt: 1_001 }],
    ],
    [
      'of a user known here by nothing else',
      { kind: 'user.revoked', subject: { user: 'alice', issuer: IDP }, data: { notAfter: 1_000_999 }, actor },
      revoked('user'),
      [{ user: 'bob' }, { issuedAt: 1_001 }],
    ],
    [
      'not of a user of ours who has the same name',
      { kind: 'user.revoked', subject: { user: 'alice' }, actor },
      active,
      [],
    ],
    [
      'of its issuer',
      { kind: 'issuer.revoked', subject: { issuer: IDP }, data: { notAfter: 1_000_000 }, actor },
      revoked('issuer'),
      [{ issuedAt: 1_001 }],
    ],
    [
      'for an API',
      {
        kind: 'resource.revoked',
        subject: { resource: 'https://a.example' },
        data: { notAfter: 1_000_000 },
        actor,
      },
      revoked('resource'),
      [{ issuedAt: 1_001 }, { resources: [] }],
    ],
    [
      'of the organization',
      { kind: 'organization.revoked', subject: { organization: LOG }, data: { notAfter: 1_000_000 }, actor },
      revoked('organization'),
      [{ issuedAt: 1_001 }],
    ],
    [
      'signed by a blocked key, though it is still published',
      { kind: 'key.revoked', subject: { key: OLD }, actor },
      revoked('key'),
      [{ key: NEW }],
    ],
    [
      'whose provider was revoked and still publishes the key',
      {
        kind: 'idp_jwks.revoked',
        subject: { issuer: IDP },
        data: { epoch: 2, notAfter: 1_000_000, keys: trusted(OLD, NEW) },
        actor,
      },
      revoked('identity_provider'),
      [{ issuedAt: 1_001 }],
    ],
    [
      'whose user is blocked, whenever it was issued',
      {
        kind: 'user.blocked',
        subject: { user: '00u1' },
        data: { identities: [{ issuer: IDP, user: 'alice' }] },
        actor,
      },
      { standing: 'blocked', subject: 'user', by },
      [{ user: 'bob' }],
    ],
  ])('%s', (_name, entry, expected, spared) => {
    const index = logWith(entry)
    expect(standing(token, index)).toEqual(expected)
    for (const change of spared) expect(standing({ ...token, ...change }, index)).toEqual(active)
    if (expected !== active && entry.data !== undefined && 'notAfter' in entry.data) {
      const { issuedAt: _, ...undated } = token
      expect(standing({ ...undated, issuedAt: undefined }, index)).toEqual(expected)
      expect(standing({ ...undated, issuedAt: Number.NaN }, index)).toEqual(expected)
    }
  })
})

describe('the keys of a provider', () => {
  const revoke = (epoch: number, ...keys: string[]): EntryContent => ({
    kind: 'idp_jwks.revoked',
    subject: { issuer: IDP },
    data: { epoch, notAfter: 0, ...(keys.length > 0 ? { keys: trusted(...keys) } : {}) },
    actor,
  })

  it('trusts nothing of a provider that it has never fetched', () => {
    expect(standing({ ...token, issuer: 'https://unknown' }, logWith())).toEqual({ standing: 'unknown_key' })
  })

  it('trusts nothing after a revocation whose fetch failed, until one succeeds', () => {
    expect(standing(token, logWith(revoke(2)))).toEqual({ standing: 'unknown_key' })
    const refreshed: EntryContent = { ...fetched, data: { epoch: 2, keys: trusted(OLD) } }
    expect(standing(token, logWith(revoke(2), refreshed))).toEqual(active)
  })

  it('discards a set that was fetched before the latest revocation, though it was written after it', () => {
    const late: EntryContent = { ...fetched, data: { epoch: 1, keys: trusted(OLD) } }
    expect(standing(token, logWith(revoke(2), late))).toEqual({ standing: 'unknown_key' })
  })

  it('never trusts a blocked key again, though a later set holds it', () => {
    const blocking: EntryContent = {
      kind: 'idp_jwks.revoked',
      subject: { issuer: IDP },
      data: { epoch: 2, notAfter: 0, keys: trusted(NEW), blocked: [OLD] },
      actor,
    }
    const again: EntryContent = { ...fetched, data: { epoch: 3, keys: trusted(OLD, NEW) } }
    const index = logWith(blocking, again)
    expect(standing(token, index)).toEqual(revoked('key'))
    expect(standing({ ...token, key: NEW }, index)).toEqual(active)
    expect(index.trustedKeys(IDP).map(({ key }) => key)).toEqual([NEW])
    expect(index.revokedKeys).toEqual([OLD])
  })
})
