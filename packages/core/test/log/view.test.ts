import {
  type Entry,
  type EntryContent,
  SIGNING_RING,
  type View,
  viewOf,
  viewVersion,
} from '@rescind/core/log'
import { describe, expect, it } from 'vitest'
import { entryAt, jwk, thumbprint } from './world.ts'

const view: View = {
  classes: ['access'],
  issuers: ['https://as'],
  resources: ['https://a.example'],
  providers: ['https://idp'],
}
const actor = { type: 'user', id: 'ACTOR' } as const
const entry = (content: Partial<EntryContent> & Pick<EntryContent, 'kind'>): Entry =>
  entryAt(
    {
      actor,
      reason: { code: 'compromised', text: 'REASON' },
      cause: 'CAUSE',
      subject: {},
      ...content,
    } as EntryContent,
    { incarnation: 1, seq: 4 },
  )
const KEY = thumbprint('key')
const published = (owner: object, ring: string) =>
  entry({
    kind: 'key.published',
    subject: { key: KEY, ...owner },
    data: { ring, kid: 'KID', jwk: jwk('key') },
  } as EntryContent)

describe('what a follower sees of an entry', () => {
  it.each<[string, Entry, object | undefined]>([
    [
      'a token, without its APIs and its expiry',
      entry({
        kind: 'token.revoked',
        subject: { token: 't' },
        data: { class: 'access', expires: 9, resources: ['https://a.example', 'https://z.example'] },
      }),
      { subject: { token: 't' }, data: { class: 'access' } },
    ],
    [
      'no token of other APIs',
      entry({ kind: 'token.revoked', subject: { token: 't' }, data: { resources: ['https://z.example'] } }),
      undefined,
    ],
    [
      'no refresh token',
      entry({ kind: 'token.revoked', subject: { token: 't' }, data: { class: 'refresh' } }),
      undefined,
    ],
    [
      'no token of a stranger',
      entry({ kind: 'token.revoked', subject: { token: 't', issuer: 'https://x' } }),
      undefined,
    ],
    [
      'any user',
      entry({ kind: 'user.revoked', subject: { user: 'u' } }),
      { subject: { user: 'u' }, data: {} },
    ],
    [
      'of a user’s identities those of its providers',
      entry({
        kind: 'user.revoked',
        subject: { user: 'u' },
        data: {
          identities: [
            { issuer: 'https://idp', user: 'a' },
            { issuer: 'https://x', user: 'b' },
          ],
          notAfter: 5,
        },
      }),
      { data: { identities: [{ issuer: 'https://idp', user: 'a' }], notAfter: 5 } },
    ],
    [
      'no identity at a stranger',
      entry({ kind: 'user.blocked', subject: { user: 'u', issuer: 'https://x' } }),
      undefined,
    ],
    ['any client', entry({ kind: 'client.revoked', subject: { client: 'c' } }), { subject: { client: 'c' } }],
    ['any session’s revocation', entry({ kind: 'session.revoked', subject: { session: 's' } }), {}],
    ['no session’s end', entry({ kind: 'session.ended', subject: { session: 's' } }), undefined],
    ['its API', entry({ kind: 'resource.revoked', subject: { resource: 'https://a.example' } }), {}],
    [
      'no other API',
      entry({ kind: 'resource.blocked', subject: { resource: 'https://z.example' } }),
      undefined,
    ],
    ['its issuer', entry({ kind: 'issuer.revoked', subject: { issuer: 'https://as' } }), {}],
    ['its provider as an issuer', entry({ kind: 'issuer.revoked', subject: { issuer: 'https://idp' } }), {}],
    ['no other issuer', entry({ kind: 'issuer.revoked', subject: { issuer: 'https://x' } }), undefined],
    [
      'the signing key of its issuer',
      published({ issuer: 'https://as', authorization_server: 'aus1' }, SIGNING_RING),
      {
        subject: { key: KEY, issuer: 'https://as' },
        data: { ring: SIGNING_RING, kid: 'KID', jwk: jwk('key') },
      },
    ],
    ['no key of another issuer', published({ issuer: 'https://x' }, SIGNING_RING), undefined],
    ['no encryption key', published({ issuer: 'https://as' }, 'encryption'), undefined],
    ['no key of a client', published({ client: 'c' }, 'client_signing'), undefined],
    [
      'a revoked key by its thumbprint alone',
      entry({
        kind: 'key.revoked',
        subject: { key: KEY, client: 'c' },
        data: { kid: 'KID', ring: 'client_signing' },
      }),
      { subject: { key: KEY }, data: {} },
    ],
    [
      'the keys of its provider',
      entry({ kind: 'idp_jwks.refreshed', subject: { issuer: 'https://idp' }, data: { epoch: 1, keys: [] } }),
      {},
    ],
    [
      'no keys of another provider',
      entry({ kind: 'idp_jwks.refreshed', subject: { issuer: 'https://x' }, data: { epoch: 1, keys: [] } }),
      undefined,
    ],
    [
      'the revocation of another provider, for what came of its sign-ins, without keys',
      entry({
        kind: 'idp_jwks.revoked',
        subject: { issuer: 'https://x', identity_provider: 'i' },
        data: { epoch: 2, notAfter: 3, keys: [{ key: KEY, jwk: jwk('key') }], blocked: [KEY] },
      }),
      { data: { epoch: 2, notAfter: 3 } },
    ],
    ['the floor of its class', entry({ kind: 'index.floor', data: { class: 'access', floor: 1 } }), {}],
    ['no other floor', entry({ kind: 'index.floor', data: { class: 'refresh', floor: 1 } }), undefined],
    ['nothing that voids nothing', entry({ kind: 'user.created', subject: { user: 'u' } }), undefined],
  ])('%s', (_name, given, expected) => {
    const seen = viewOf(given, view)
    if (expected === undefined) expect(seen).toBeUndefined()
    else expect(seen).toMatchObject({ kind: given.kind, incarnation: 1, seq: 4, ...expected })
    expect(JSON.stringify(seen ?? {})).not.toMatch(/ACTOR|REASON|CAUSE|client_signing|expires/)
    if (seen !== undefined) {
      expect(Object.keys(seen).sort()).toEqual(['data', 'incarnation', 'kind', 'seq', 'subject'])
      if (expected !== undefined && 'data' in expected) expect(seen.data).toEqual(expected.data)
    }
  })

  it('names a view by what it holds, in whatever order', () => {
    const issuers = ['https://as', 'https://as2']
    const version = viewVersion({ ...view, issuers })
    expect(version).toBe(viewVersion({ ...view, issuers: issuers.toReversed() }))
    expect(version).not.toBe(viewVersion(view))
    expect(version).not.toBe(viewVersion({ ...view, providers: issuers }))
  })
})
