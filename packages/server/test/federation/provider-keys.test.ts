import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { decodeEntry, type EntryContent } from '@rescind/core/log'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor, Authority } from '../../src/authority/index.ts'
import { connectOrganization } from '../../src/federation/connect-organization.ts'
import { patchConnectedOrganization } from '../../src/federation/connected-organizations.ts'
import { createFederation } from '../../src/federation/federations.ts'
import { createIdentityProvider } from '../../src/federation/identity-providers.ts'
import { providerHealth } from '../../src/federation/provider-keys/health.ts'
import { renewProviderKeys } from '../../src/federation/provider-keys/recover.ts'
import { lookForKey, refreshDue, refreshProviderKeys } from '../../src/federation/provider-keys/refresh.ts'
import { revokeProviderKeys } from '../../src/federation/provider-keys/revoke.ts'
import { SCHEDULE } from '../../src/federation/provider-keys/schedule.ts'
import { recoverLog } from '../../src/federation/recovery/recover.ts'
import { readEntries } from '../../src/log/index.ts'
import type { Resolve } from '../../src/outbound/index.ts'
import { revocationsPage } from '../../src/revocation/revocations.ts'
import { revoke } from '../../src/revocation/revoke.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type DocumentServer, openDocuments } from '../support/documents.ts'

type Jwk = Readonly<Record<string, unknown>>
const ec = (kid: string): Jwk => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
})

describe.each(DATABASES)('the keys of an identity provider on $name', (database) => {
  let test: TestAuthority
  let authority: Authority
  let a: Actor
  let federation: string
  let provider: string
  let issuer: string
  let host: DocumentServer
  let answerKeys: (request: IncomingMessage, response: ServerResponse) => void

  const publish = (...keys: readonly unknown[]) => {
    answerKeys = (request, response) => {
      const body = JSON.stringify({ keys })
      const etag = `"${body.length}-${keys.length}"`
      if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
      return response.writeHead(200, { 'content-type': 'application/json', etag }).end(body)
    }
  }

  beforeAll(async () => {
    test = await openTestAuthority(database)
    a = { ...test.actorA, roles: new Set(['installation_admin', 'organization_admin']) }
    authority = { ...test, allowPrivateNetworks: true }
    federation = (await createFederation(authority, a)).id
    await connectOrganization(authority, a, federation, ORGANIZATION_B)
    host = await openDocuments((request, response) => {
      if (request.url?.endsWith('/.well-known/openid-configuration') !== true)
        return answerKeys(request, response)
      const path = request.url.slice(0, -'/.well-known/openid-configuration'.length)
      const own = `http://${request.headers.host}${path}`
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ issuer: own, jwks_uri: `${own}/keys` }))
    })
  })
  afterAll(async () => {
    await host.close()
    await test.close()
  })

  let [OLD, NEW, THIRD] = [ec('old'), ec('new'), ec('third')]
  let count = 0
  /** Each test has an issuer and keys of its own, to whose provider both organizations are connected. */
  beforeEach(async () => {
    ;[OLD, NEW, THIRD] = [ec('old'), ec('new'), ec('third')]
    issuer = `${host.origin}/issuer-${count++}`
    publish(OLD)
    const made = await createIdentityProvider(authority, a, federation, {
      idpType: 'WORKLOAD',
      displayName: 'robots',
      issuerUri: issuer,
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
    provider = made.id
    for (const organization of [ORGANIZATION_A, ORGANIZATION_B])
      await patchConnectedOrganization(authority, a, federation, organization, {
        dataAccessIdentityProviderIds: [provider],
      })
  })

  const refresh = (from: Authority = authority) => refreshProviderKeys(from, federation, issuer)
  const revokeKeys = (more: { blockKids?: readonly string[] } = {}) =>
    revokeProviderKeys(authority, a, federation, provider, { reason: 'compromised', ...more })
  const later = () => test.clock.advance(SCHEDULE.longestPause)

  type About = Extract<EntryContent, { kind: 'idp_jwks.revoked' | 'idp_jwks.refreshed' }>
  /** What a log says of the issuer's keys, in order. */
  const told = async (log: string): Promise<About[]> => {
    const scope = log === federation ? { federationId: log } : { organizationId: log }
    const entries = await authority.store.read(scope, (tx) =>
      readEntries(tx, log, { incarnation: 1, seq: 0 }, 1_000),
    )
    return entries.flatMap(({ body }) => {
      const decoded = decodeEntry(body)
      if (!decoded.known) return []
      const { entry } = decoded
      if (entry.kind !== 'idp_jwks.revoked' && entry.kind !== 'idp_jwks.refreshed') return []
      return entry.subject.issuer === issuer ? [entry] : []
    })
  }
  const kidsIn = (entry: About | undefined) => entry?.data.keys?.map(({ kid }) => kid)
  const health = () => providerHealth(authority, a, provider)

  it('are fetched for the whole fleet and told where they changed, and only there', async () => {
    expect(await refresh()).toBe('changed')
    expect(await refresh()).toBe('unchanged')
    expect(await health()).toMatchObject({ outcome: 'unchanged', isTrusted: true, failures: 0 })
    publish(OLD, NEW)
    expect(await refresh()).toBe('changed')
    for (const log of [federation, ORGANIZATION_A, ORGANIZATION_B]) {
      const entries = await told(log)
      // An organization that was connected before anything was fetched was told of the empty set.
      expect(entries.map(kidsIn).slice(-2)).toEqual([['old'], expect.arrayContaining(['old', 'new'])])
    }
    later()
    const before = host.requests()
    await refreshDue(authority)
    expect(host.requests()).toBeGreaterThan(before)
    expect((await told(ORGANIZATION_A)).length).toBe(3)
  })

  it('are fetched by one of two nodes', async () => {
    const outcomes = await Promise.all([refresh(), refresh({ ...authority })])
    expect(outcomes.toSorted()).toEqual(['busy', 'changed'])
  })

  it('are revoked in every log at once, and what is gone is blocked for ever', async () => {
    await refresh()
    publish(NEW)
    const outcome = await revokeKeys()
    expect(outcome).toMatchObject({ outcome: 'ok', stillPublished: [], repeated: false })
    expect(outcome.trusted.map(({ kid }) => kid)).toEqual(['new'])
    expect(outcome.blocked.map(({ kid }) => kid)).toEqual(['old'])
    for (const log of [federation, ORGANIZATION_A, ORGANIZATION_B]) {
      const entry = (await told(log)).at(-1)
      expect(entry).toMatchObject({
        kind: 'idp_jwks.revoked',
        subject: { issuer, identity_provider: provider },
        data: { epoch: 2, notAfter: outcome.notAfter, blocked: [outcome.blocked[0]?.thumbprint] },
      })
      expect(kidsIn(entry)).toEqual(['new'])
    }
    expect(outcome.notAfter).toBeGreaterThan(test.clock.now())
    expect([...outcome.revocations.keys()]).toEqual([ORGANIZATION_A, ORGANIZATION_B])
    const [row] = await revocationsPage(authority, test.actorB, 1)
    expect(row?.target_key).toBe(`identity_provider:${provider}`)
    // Published again, under any kid, it stays out.
    publish(NEW, { ...OLD, kid: 'older' })
    later()
    await refresh()
    expect(kidsIn((await told(ORGANIZATION_A)).at(-1))).toEqual(['new'])
    expect((await health()).keys.map(({ state }) => state).toSorted()).toEqual(['blocked', 'trusted'])
  })

  it('are revoked again as a repeat of the first, by the native target too', async () => {
    await revokeKeys()
    const target = { type: 'identity_provider', id: provider } as const
    const { revocation, repeated } = await revoke(authority, test.actorB, { target, reason: 'policy' })
    expect(repeated).toBe(true)
    expect(revocation.times).toBe(2)
    const entries = await told(ORGANIZATION_B)
    expect(entries.at(-1)?.data.epoch).toBe(3)
  })

  it('that are still published are named, and blocked when they disappear later', async () => {
    await refresh()
    publish(OLD, NEW)
    const outcome = await revokeKeys()
    expect(outcome.stillPublished.map(({ kid }) => kid)).toEqual(['old'])
    expect(outcome.blocked).toEqual([])
    publish(NEW, THIRD)
    await refresh()
    expect((await told(ORGANIZATION_B)).at(-1)).toMatchObject({
      kind: 'idp_jwks.refreshed',
      data: { blocked: [outcome.stillPublished[0]?.thumbprint] },
    })
    // A key that came after the revocation goes in good order.
    publish(NEW)
    await refresh()
    expect((await told(ORGANIZATION_B)).at(-1)?.data.blocked).toBeUndefined()
  })

  it('are blocked by kid though they are still published', async () => {
    await refresh()
    publish(OLD, NEW)
    const outcome = await revokeKeys({ blockKids: ['old'] })
    expect(outcome.blocked.map(({ kid }) => kid)).toEqual(['old'])
    expect(outcome.trusted.map(({ kid }) => kid)).toEqual(['new'])
    expect(outcome.stillPublished).toEqual([])
  })

  it('are trusted no more while the provider cannot be asked, and again when it can', async () => {
    await refresh()
    answerKeys = (_, response) => response.destroy()
    const outcome = await revokeKeys()
    expect(outcome).toMatchObject({ outcome: 'network', trusted: [], blocked: [] })
    expect(kidsIn((await told(ORGANIZATION_A)).at(-1))).toEqual([])
    expect(await health()).toMatchObject({ isTrusted: false, failures: 1 })
    publish(NEW)
    expect(await refresh()).toBe('changed')
    const entry = (await told(ORGANIZATION_A)).at(-1)
    expect(kidsIn(entry)).toEqual(['new'])
    expect(entry?.data.blocked).toHaveLength(1)
  })

  it('that a fetch begun before the revocation brings count for nothing', async () => {
    await refresh()
    const held = Promise.withResolvers<() => void>()
    answerKeys = (_, response) =>
      held.resolve(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ keys: [OLD, THIRD] })),
      )
    const late = refresh()
    const release = await held.promise
    publish(NEW)
    await revokeKeys()
    const before = await told(ORGANIZATION_A)
    release()
    expect(await late).toBe('discarded')
    expect(await told(ORGANIZATION_A)).toEqual(before)
    expect((await health()).keys.filter(({ state }) => state === 'trusted')).toHaveLength(1)
  })

  it('of another issuer, or of ours, are never blocked for everybody', async () => {
    const shared = ec('shared')
    const other = await createIdentityProvider(authority, a, federation, {
      idpType: 'WORKLOAD',
      displayName: 'other',
      issuerUri: `${issuer}-other`,
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
    publish(shared)
    await refresh()
    await refreshProviderKeys(authority, federation, other.issuerUri)
    publish(NEW)
    const outcome = await revokeKeys()
    expect(outcome.blocked.map(({ kid }) => kid)).toEqual(['shared'])
    expect((await told(ORGANIZATION_A)).at(-1)?.data.blocked).toEqual([])
  })

  it('are looked for when a kid is unknown, once per quiet period', async () => {
    await refresh()
    const ask = (kid: string) => lookForKey(authority, federation, issuer, kid)
    expect(await ask('old')).toBe('known')
    expect(await ask('new')).toBe('quiet')
    test.clock.advance(SCHEDULE.quiet)
    publish(OLD, NEW)
    expect(await ask('new')).toBe('changed')
    expect(await Promise.all(['x', 'y', 'z'].map(ask))).toEqual(['quiet', 'quiet', 'quiet'])
    answerKeys = (_, response) => response.writeHead(503).end()
    test.clock.advance(SCHEDULE.quiet)
    expect(await ask('x')).toBe('failed')
    expect(await ask('y')).toBe('quiet')
  })

  const json = { 'content-type': 'application/json' }
  const HOSTILE: [string, string, (request: IncomingMessage, response: ServerResponse) => void][] = [
    [
      'fifty megabytes',
      'size',
      (_, response) => response.writeHead(200, json).end(Buffer.alloc(50 * 2 ** 20, 32)),
    ],
    [
      'a body without end',
      'size',
      (_, response) => {
        response.writeHead(200, json)
        const chunk = Buffer.alloc(65_536, 32)
        const more = () => {
          while (!response.destroyed && response.write(chunk));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
    ],
    [
      'a redirect to a private address',
      'status',
      (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/keys' }).end(),
    ],
    [
      'a gzip bomb',
      'size',
      (_, response) =>
        response
          .writeHead(200, { ...json, 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(20 * 2 ** 20, 32))),
    ],
    [
      'ten thousand keys',
      'size',
      (_, response) =>
        response
          .writeHead(200, json)
          .end(JSON.stringify({ keys: Array.from({ length: 10_000 }, () => OLD) })),
    ],
    [
      'a thousand small entries',
      'document',
      (_, response) => response.writeHead(200, json).end(JSON.stringify({ keys: Array(1_000).fill(null) })),
    ],
    [
      'an exponent of 1',
      'document',
      (_, response) =>
        response
          .writeHead(200, json)
          .end(JSON.stringify({ keys: [{ kty: 'RSA', kid: 'r', n: 'x'.repeat(342), e: 'AQ' }] })),
    ],
    [
      'one kid for two keys',
      'document',
      (_, response) =>
        response.writeHead(200, json).end(JSON.stringify({ keys: [{ ...NEW, kid: 'old' }, OLD] })),
    ],
  ]
  it.each(HOSTILE)('stay what they were when the provider sends %s', async (_, outcome, answer) => {
    await refresh()
    answerKeys = answer
    expect(await refresh()).toBe('failed')
    expect(await health()).toMatchObject({ outcome, isTrusted: true, failures: 1 })
    expect(kidsIn((await told(ORGANIZATION_A)).at(-1))).toEqual(['old'])
  })

  it('are good beside entries that are not', async () => {
    publish(null, NEW, { kty: 'RSA', kid: 'weak', n: 'AQAB', e: 'AQ' }, { ...THIRD, d: 'AAAA' }, 'x')
    expect(await refresh()).toBe('changed')
    expect((await health()).alarms).toHaveLength(4)
    expect(kidsIn((await told(ORGANIZATION_A)).at(-1))).toEqual(['new'])
  })

  it('are not fetched where a name leads elsewhere the second time', async () => {
    const named = await createIdentityProvider(authority, a, federation, {
      idpType: 'WORKLOAD',
      displayName: 'named',
      issuerUri: issuer.replace('127.0.0.1', 'localhost'),
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
    let asked = 0
    // The machine itself when the discovery document is fetched, what clouds keep secrets at when the keys are.
    const rebinding = (first: number): Resolve => {
      asked = 0
      return async () => [{ address: asked++ < first ? '127.0.0.1' : '169.254.169.254', family: 4 }]
    }
    const fetchBy = (resolve: Resolve) => refreshProviderKeys(authority, federation, named.issuerUri, resolve)
    expect(await fetchBy(rebinding(2))).toBe('changed')
    expect(await fetchBy(rebinding(1))).toBe('failed')
    expect(asked).toBe(2)
    expect(await providerHealth(authority, a, named.id)).toMatchObject({
      outcome: 'address',
      isTrusted: true,
    })
  })

  // The last one: other logs go on in another incarnation.
  it.each([
    ['a federation', () => ({ id: federation, name: undefined })],
    ['an organization', () => ({ id: ORGANIZATION_B, name: 'b' })],
  ])(
    'are trusted again only when they were fetched again, after the log of %s was recovered',
    async (_, log) => {
      publish(OLD)
      await refresh()
      const { epoch } = (await told(ORGANIZATION_B)).at(-1)?.data ?? { epoch: 0 }
      const steps = [renewProviderKeys]
      await recoverLog(authority, { log: log(), operator: 'test', reason: 'A test.', steps })
      const lost = (await told(ORGANIZATION_B)).at(-1)
      expect(lost).toMatchObject({ kind: 'idp_jwks.revoked', cause: 'log.recovered' })
      expect(kidsIn(lost) ?? []).toEqual([])
      expect(await health()).toMatchObject({ isTrusted: false })
      // The very same set, by the same validator, is news.
      test.clock.advance(SCHEDULE.quiet)
      expect(await refresh()).toBe('changed')
      const again = (await told(ORGANIZATION_B)).at(-1)
      expect(kidsIn(again)).toEqual(['old'])
      expect(again?.data.epoch).toBe(epoch + 1)
    },
  )
})
