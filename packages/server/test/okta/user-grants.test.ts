import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectContract } from '../contract/validate.ts'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

describe.each(DATABASES)('what users allow, and their sessions, over Okta on $name', (database) => {
  let server: TestOkta
  let issuer: TestIssuer
  let client: okta.Client
  let user: string
  let app: string
  let otherApp: string

  beforeAll(async () => {
    server = await openTestOkta(database)
    issuer = openTestIssuer(server.authority)
    const orgUrl = await server.listen()
    client = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null })
  })
  beforeEach(async () => {
    user = (await createCredential(server.authority, server.authority.actorA)).userId
    app = await createApp(server, webBody())
    otherApp = await createApp(server, webBody())
  })
  afterAll(async () => {
    issuer.close()
    await server.close()
  })

  const payload = {
    openid: { scope: 'openid profile' },
    resources: { 'https://orders.example.com': 'orders:read' },
  }
  const consent = (clientId: string, of = user) =>
    issuer.record(ORGANIZATION_A, {
      model: 'Grant',
      user: of,
      client: clientId,
      issuerId: ORGANIZATION_A,
      payload,
    })
  const scopesOf = async (path: `/users/${string}`) => {
    const { body, status } = await server.call(server.adminA, `GET ${path}`)
    expectContract(path.includes('/clients/') ? 'listGrantsForUserAndClient' : 'listUserGrants', status, body)
    return body
      .map(
        (grant: { readonly clientId: string; readonly scopeId: string }) =>
          `${grant.clientId} ${grant.scopeId}`,
      )
      .sort()
  }
  const allOf = (clientId: string) =>
    ['openid', 'orders:read', 'profile'].map((scope) => `${clientId} ${scope}`)

  it('lists consents, a scope at a time', async () => {
    await consent(app)
    await consent(otherApp)
    expect(await scopesOf(`/users/${user}/grants`)).toEqual([...allOf(app), ...allOf(otherApp)].sort())
    expect(await scopesOf(`/users/${user}/clients/${app}/grants`)).toEqual(allOf(app))
    expect(await scopesOf(`/users/${user}/grants?scopeId=openid&expand=scope`)).toHaveLength(2)
    const { body, headers } = await server.call(server.adminA, `GET /users/${user}/grants?limit=4`)
    expect(body).toHaveLength(4)
    const next = /<([^>]+)>; rel="next"/.exec([headers.link].flat().join(','))?.[1] ?? ''
    const rest = await server.call(server.adminA, `GET ${next.slice(next.indexOf('/users/'))}` as 'GET /')
    expect(rest.body).toHaveLength(2)
    const one = await server.call(server.adminA, `GET /users/${user}/grants/${body[0].id}?expand=scope`)
    expectContract('getUserGrant', one.status, one.body)
    expect(one.body).toMatchObject({ id: body[0].id, source: 'END_USER', status: 'ACTIVE', userId: user })
    expect((await client.userApi.getUserGrant({ userId: user, grantId: body[0].id })).scopeId).toBe(
      body[0].scopeId,
    )
  })

  it.each<[string, (grantId: string) => Promise<unknown>, 'app' | 'every']>([
    ['one of them', (grantId) => client.userApi.revokeUserGrant({ userId: user, grantId }), 'app'],
    [
      'those for an application',
      () => client.userApi.revokeGrantsForUserAndClient({ userId: user, clientId: app }),
      'app',
    ],
    ['all of them', () => client.userApi.revokeUserGrants({ userId: user }), 'every'],
  ])('takes back %s, with what rests on it', async (_name, revoke, reach) => {
    const other = (await createCredential(server.authority, server.authority.actorA)).userId
    for (const id of [app, otherApp]) await consent(id)
    await consent(app, other)
    const here = await issuer.family(ORGANIZATION_A, { user, client: app })
    const there = await issuer.family(ORGANIZATION_A, { user, client: otherApp })
    const others = await issuer.family(ORGANIZATION_A, { user: other, client: app })
    const own = await issuer.issue(ORGANIZATION_A, { client: app })
    const { body } = await server.call(server.adminA, `GET /users/${user}/clients/${app}/grants`)
    const before = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq
    await revoke(body[0].id)
    const entries = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq - before
    expect(entries).toBe(reach === 'app' ? 1 : 2)
    const left = reach === 'app' ? allOf(otherApp) : []
    expect(await scopesOf(`/users/${user}/grants`)).toEqual(left)
    expect(await scopesOf(`/users/${other}/grants`)).toEqual(allOf(app))
    const good = async (id: string) => issuer.isGood(ORGANIZATION_A, id)
    expect([await good(here.refresh), await good(here.access)]).toEqual([false, false])
    expect(await good(there.access)).toBe(reach === 'app')
    expect([await good(others.access), await good(own)]).toEqual([true, true])
    // A new consent counts.
    await consent(app)
    expect(await scopesOf(`/users/${user}/clients/${app}/grants`)).toEqual(allOf(app))
  })

  it('takes back nothing of another organization, and what is gone is unknown', async () => {
    await consent(app)
    const [grant] = (await server.call(server.adminA, `GET /users/${user}/grants`)).body
    for (const path of [
      `/users/${user}/grants`,
      `/users/${user}/clients/${app}/grants`,
      `/users/${user}/grants/${grant.id}`,
    ] as const)
      for (const method of ['GET', 'DELETE'] as const)
        expect((await server.call(server.adminB, `${method} ${path}`)).status).toBe(404)
    expect(await scopesOf(`/users/${user}/grants`)).toEqual(allOf(app))
    expect((await server.call(server.adminA, `DELETE /users/${user}/grants/${grant.id}`)).status).toBe(204)
    expect((await server.call(server.adminA, `DELETE /users/${user}/grants/${grant.id}`)).status).toBe(404)
    expect((await server.call(server.adminA, `DELETE /users/${user}/grants`)).status).toBe(204)
    expect((await server.call(server.adminA, `DELETE /users/${user}/clients/0oanone/grants`)).status).toBe(
      404,
    )
  })

  async function signedIn(of: string) {
    const sid = `sid-${Math.random().toString(36).slice(2)}`
    await issuer.record(ORGANIZATION_A, { model: 'Session', user: of, uid: sid })
    const access = await issuer.issue(ORGANIZATION_A, { user: of, client: app, session: sid })
    return { sid, access }
  }

  it('ends sessions, and leaves what was issued in them', async () => {
    const other = (await createCredential(server.authority, server.authority.actorA)).userId
    const mine = [await signedIn(user), await signedIn(user)]
    const theirs = await signedIn(other)
    await client.userApi.revokeUserSessions({ userId: user, forgetDevices: true })
    for (const { sid, access } of mine) {
      expect(await issuer.isSessionGood(ORGANIZATION_A, sid)).toBe(false)
      expect(await issuer.isGood(ORGANIZATION_A, access)).toBe(true)
    }
    expect(await issuer.isSessionGood(ORGANIZATION_A, theirs.sid)).toBe(true)
  })

  it('ends sessions with all that was issued for the user, by one entry', async () => {
    const other = (await createCredential(server.authority, server.authority.actorA)).userId
    const { access } = await signedIn(user)
    const theirs = await signedIn(other)
    const family = await issuer.family(ORGANIZATION_A, { user, client: otherApp })
    const before = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq
    await client.userApi.revokeUserSessions({ userId: user, oauthTokens: true })
    expect((await issuer.knowledge.confirm(ORGANIZATION_A)).seq - before).toBe(1)
    for (const id of [access, family.refresh, family.access])
      expect(await issuer.isGood(ORGANIZATION_A, id)).toBe(false)
    expect(await issuer.isGood(ORGANIZATION_A, theirs.access)).toBe(true)
  })

  it('ends no session of another organization', async () => {
    const { userId } = await createCredential(server.authority, server.authority.actorB)
    await issuer.record(ORGANIZATION_B, { model: 'Session', user: userId, uid: 'sid-of-b' })
    for (const query of ['', '?oauthTokens=true'])
      expect((await server.call(server.adminA, `DELETE /users/${userId}/sessions${query}`)).status).toBe(404)
    expect(await issuer.isSessionGood(ORGANIZATION_B, 'sid-of-b')).toBe(true)
  })
})
