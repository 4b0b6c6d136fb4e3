import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'
import { nativeCalls } from './calls.ts'

const API = 'https://orders.example.com'

describe.each(DATABASES)('what an operator sees on $name', (database) => {
  let server: TestOkta
  let issuer: TestIssuer
  let user: string
  let app: string
  let tokens: string[]
  const call = nativeCalls(() => server)
  beforeAll(async () => {
    server = await openTestOkta(database)
    issuer = openTestIssuer(server.authority)
    user = (await createCredential(server.authority, server.authority.actorA)).userId
    app = await createApp(server, webBody())
    await call('POST', '/authorization-servers', { name: 'Orders', audiences: [API] })
    tokens = []
    for (let number = 0; number < 4; number += 1) {
      tokens.push(await issuer.issue(ORGANIZATION_A, { client: app, user, api: API, format: 'jwt' }))
      server.authority.clock.advance(1)
    }
  })
  afterAll(async () => {
    issuer.close()
    await server.close()
  })
  const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id)

  it('names what a token is of, and tells the live from the revoked', async () => {
    const [first = '', second = '', third = '', fourth = ''] = tokens
    const shown = await call('GET', `/tokens?user=${user}&limit=1`)
    expect(shown.body.items).toMatchObject([
      { id: fourth, applicationName: 'Shop', apiName: 'Orders', ip: '192.0.2.1', status: 'active' },
    ])
    expect(shown.body.items[0].userLogin).toContain('@example.com')
    const batch = { tokens: [first, second, first, 'none'], reason: 'test', note: 'ticked' }
    const revoked = await call('POST', '/revocations/batch', batch)
    expect(revoked).toMatchObject({
      status: 201,
      body: { revoked: 2, alreadyRevoked: 0, unknown: ['none'] },
    })
    expect((await call('POST', '/revocations/batch', batch)).body).toMatchObject({
      revoked: 0,
      alreadyRevoked: 2,
    })
    expect(ids(await call('GET', `/tokens?user=${user}&state=live`))).toEqual([fourth, third])
    expect(ids(await call('GET', `/tokens?user=${user}&state=revoked`))).toEqual([second, first])
    for (const [state, count] of [
      ['live', 2],
      ['revoked', 2],
    ])
      expect((await call('GET', `/tokens/count?user=${user}&state=${state}`)).body).toEqual({
        count,
        exact: true,
      })
    expect((await call('GET', `/tokens/${first}`)).body.revokedBy).toMatch(/^a{24}\.\d+\.\d+$/)
    const foreign = await call(
      'POST',
      '/revocations/batch',
      { tokens: [third], reason: 'test' },
      server.adminB,
    )
    expect(foreign.body).toMatchObject({ revoked: 0, unknown: [third] })
    expect(await issuer.isGood(ORGANIZATION_A, third)).toBe(true)
  })

  it('counts, names and warns in one answer, and the same to everybody for a second', async () => {
    await call('POST', '/clusters', { name: 'Orders', apis: [API] })
    await call('POST', '/clusters', { name: 'Partners', class: 'unmanaged' })
    await call('POST', '/revocations', { target: { type: 'user', id: user }, reason: 'policy' })
    server.authority.clock.advance(2_000)
    const { status, body } = await call('GET', '/overview')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      tokens: { live: { count: 4, exact: true }, byApi: [{ api: API, count: 4, exact: true }] },
      applications: { count: 1, exact: true },
      clusters: expect.arrayContaining([
        expect.objectContaining({ name: 'Orders', nodes: 0, fresh: 0, lag: null }),
      ]),
      attention: [{ code: 'cluster_without_nodes', about: 'Orders' }],
    })
    expect(body.revocations[0]).toMatchObject({
      target: { type: 'user', user },
      targetName: (await call('GET', `/tokens?user=${user}&limit=1`)).body.items[0].userLogin,
      reason: 'policy',
    })
    expect(body.revocations[0].effect.authority).toBe('in_force')
    await call('POST', '/clusters', { name: 'Later' })
    expect((await call('GET', '/overview')).body).toEqual(body)
    server.authority.clock.advance(1_000)
    expect((await call('GET', '/overview')).body.clusters).toHaveLength(3)
    expect((await call('GET', '/overview', undefined, server.adminB)).body.clusters).toEqual([])
  })

  it('warns of a key that is about to rotate, and of one that should have', async () => {
    const [{ id }] = (await call('GET', '/authorization-servers')).body.items
    const { nextRotation } = (await call('GET', `/authorization-servers/${id}/signing`)).body
    const until = Date.parse(nextRotation) - server.authority.clock.now()
    server.authority.clock.advance(until - 3_600_000)
    const codes = async () => {
      const { body } = await call('GET', '/overview')
      return body.attention.map(({ code }: { code: string }) => code)
    }
    expect(await codes()).toContain('key_rotation_soon')
    server.authority.clock.advance(2 * 3_600_000)
    expect(await codes()).toContain('key_rotation_overdue')
  })

  it('reads the log backwards, by kind, actor and subject', async () => {
    const newest = await call('GET', '/audit?order=desc&limit=2')
    const older = await call('GET', `/audit?order=desc&limit=2&after=${newest.body.next}`)
    const places = [...newest.body.items, ...older.body.items].map(({ position }: { position: string }) =>
      Number(position.split('.')[2]),
    )
    expect(places).toEqual([...places].sort((one, other) => other - one))
    expect(new Set(places).size).toBe(4)
    const revoked = await call('GET', '/audit?order=desc&kind=token.revoked')
    expect(revoked.body.items).toHaveLength(2)
    const about = await call('GET', `/audit?order=desc&subject=${user}&kind=user.revoked`)
    expect(about.body).toMatchObject({ items: [{ subject: { user } }], next: null })
    const none = await call('GET', '/audit?order=desc&actor=nobody')
    expect(none.body).toEqual({ items: [], next: null })
  })

  it('tells whoever guesses at credentials to slow down, and nobody who has a good one', async () => {
    const statuses = new Set<number>()
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const reply = await server.app.inject({
        url: '/api/rescind/v1/users',
        headers: { authorization: `SSWS guess-${attempt}` },
      })
      statuses.add(reply.statusCode)
      if (reply.statusCode === 429) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(statuses).toEqual(new Set([401, 429]))
    expect((await call('GET', '/users?limit=1')).status).toBe(200)
  })

  it('makes whoever guesses at a secret wait, and the client itself only where it comes from there', async () => {
    const { body } = await call('POST', '/applications', {
      label: 'Inspector',
      settings: { grant_types: ['client_credentials'], application_type: 'service' },
    })
    const introspect = (secret: string, remoteAddress: string) =>
      server.app.inject({
        method: 'POST',
        url: '/oauth2/v1/introspect',
        remoteAddress,
        headers: {
          authorization: `Basic ${btoa(`${body.clientId}:${secret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
          host: `${ORGANIZATION_A}.localhost`,
        },
        payload: 'token=x',
      })
    const seen: number[] = []
    for (let attempt = 0; attempt < 60; attempt += 1)
      seen.push((await introspect(`guess-${attempt}`, '203.0.113.1')).statusCode)
    expect([seen[0], seen.at(-1)]).toEqual([401, 429])
    expect((await introspect(body.clientSecret, '198.51.100.1')).statusCode).toBe(200)
    expect((await introspect(body.clientSecret, '203.0.113.1')).statusCode).toBe(429)
    server.authority.clock.advance(60_000)
    expect((await introspect(body.clientSecret, '203.0.113.1')).statusCode).toBe(200)
  })

  it('calls what was revoked by the names that people know', async () => {
    const revoke = async (target: object) => {
      const { body } = await call('POST', '/revocations', { target, reason: 'test' })
      return [(await call('GET', `/revocations/${body.id}`)).body.targetName, body.targetName]
    }
    expect(await revoke({ type: 'application', id: app })).toEqual(['Shop', 'Shop'])
    expect(await revoke({ type: 'api', id: API })).toEqual(['Orders', 'Orders'])
    expect(await revoke({ type: 'token', id: tokens[2] })).toEqual([null, null])
    const both = await revoke({ type: 'user_application', user, application: app })
    expect(both[0]).toMatch(/@example\.com · Shop$/)
    const { body } = await call('GET', '/revocations?limit=4')
    expect(body.items.map(({ targetName }: { targetName: string | null }) => targetName)).toEqual([
      both[0],
      null,
      'Orders',
      'Shop',
    ])
  })
})
