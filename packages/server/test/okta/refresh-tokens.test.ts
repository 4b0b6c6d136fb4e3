import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectContract } from '../contract/validate.ts'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

describe.each(DATABASES)('refresh tokens over Okta on $name', (database) => {
  let server: TestOkta
  let issuer: TestIssuer
  let client: okta.Client
  let user: string
  let other: string
  let app: string
  let otherApp: string
  let authServer: string
  let foreign: { readonly user: string; readonly app: string; readonly server: string }

  const createServer = async (who: Credential, name: string) => {
    const body = { name, description: name, audiences: [`https://${name}.example.com`] }
    return String((await server.call(who, 'POST /authorizationServers', body)).body.id)
  }

  beforeAll(async () => {
    server = await openTestOkta(database)
    issuer = openTestIssuer(server.authority)
    const orgUrl = await server.listen()
    client = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null })
    authServer = await createServer(server.adminA, 'orders')
    foreign = {
      user: (await createCredential(server.authority, server.authority.actorB)).userId,
      app: await createApp(server, webBody(), server.adminB),
      server: await createServer(server.adminB, 'foreign'),
    }
  })
  beforeEach(async () => {
    user = (await createCredential(server.authority, server.authority.actorA)).userId
    other = (await createCredential(server.authority, server.authority.actorA)).userId
    app = await createApp(server, webBody())
    otherApp = await createApp(server, webBody())
  })
  afterAll(async () => {
    issuer.close()
    await server.close()
  })

  const scopes = 'openid offline_access'
  const ids = async (collection: AsyncIterable<{ readonly id?: string } | null>) => {
    const found: string[] = []
    for await (const token of collection) if (token?.id !== undefined) found.push(token.id)
    return found
  }
  const oktaId = ({ grant }: { readonly grant: string }) => `oar${grant.slice(3)}`
  const good = (id: string, organization = ORGANIZATION_A) => issuer.isGood(organization, id)

  async function family(
    of: { readonly user?: string; readonly client?: string; readonly issuerId?: string } = {},
  ) {
    return issuer.family(ORGANIZATION_A, { user, client: app, issuerId: authServer, scopes, ...of })
  }

  it('are listed and read by the SDK, of each place the ones that belong there', async () => {
    const mine = await family()
    const theirs = await family({ user: other })
    const atOtherApp = await family({ client: otherApp })
    const { userApi, applicationApi, authorizationServerApi } = client
    const ofUser = await userApi.listRefreshTokensForUserAndClient({ userId: user, clientId: app })
    expect(await ids(ofUser)).toEqual([oktaId(mine)])
    const ofApp = await applicationApi.listOAuth2TokensForApplication({ appId: app })
    expect((await ids(ofApp)).sort()).toEqual([oktaId(mine), oktaId(theirs)].sort())
    const ofServer = await authorizationServerApi.listRefreshTokensForAuthorizationServerAndClient({
      authServerId: authServer,
      clientId: otherApp,
    })
    expect(await ids(ofServer)).toEqual([oktaId(atOtherApp)])
    const one = await userApi.getRefreshTokenForUserAndClient({
      userId: user,
      clientId: app,
      tokenId: oktaId(mine),
      expand: 'scope',
    })
    expect(one).toMatchObject({ id: oktaId(mine), status: 'ACTIVE', clientId: app, userId: user })
    expect(one.scopes).toEqual(['openid', 'offline_access'])
    const embedded = one._embedded as unknown as { readonly scopes: readonly { readonly name: string }[] }
    expect(embedded.scopes.map(({ name }) => name).sort()).toEqual(['offline_access', 'openid'])
  })

  it('show neither value nor handle', async () => {
    await family()
    const { status, body } = await server.call(server.adminA, `GET /apps/${app}/tokens`)
    expectContract('listOAuth2TokensForApplication', status, body)
    const expanded = await server.call(server.adminA, `GET /apps/${app}/tokens/${body[0].id}?expand=scope`)
    expectContract('getOAuth2TokenForApplication', expanded.status, expanded.body)
    const holders = await server.call(server.adminA, `GET /users/${user}/clients`)
    expectContract('listUserClients', holders.status, holders.body)
    expect(Object.keys(body[0]).sort()).toEqual(
      [
        '_links',
        'clientId',
        'created',
        'expiresAt',
        'id',
        'issuer',
        'lastUpdated',
        'scopes',
        'status',
        'userId',
      ].sort(),
    )
  })

  it('come in pages that together hold each once, also where some were revoked', async () => {
    const families = []
    for (let made = 0; made < 5; made += 1) families.push(await family())
    await client.userApi.revokeTokenForUserAndClient({
      userId: user,
      clientId: app,
      tokenId: oktaId(families[2] ?? never()),
    })
    const seen: string[] = []
    let path = `/users/${user}/clients/${app}/tokens?limit=2`
    for (;;) {
      const { body, headers } = await server.call(server.adminA, `GET ${path}`)
      seen.push(...body.map((token: { readonly id: string }) => token.id))
      const next = /<([^>]+)>; rel="next"/.exec([headers.link].flat().join(','))?.[1]
      if (next === undefined) break
      path = next.slice(next.indexOf('/users/'))
    }
    expect(seen.sort()).toEqual(
      families
        .filter((_one, index) => index !== 2)
        .map(oktaId)
        .sort(),
    )
  })

  type Scenario = readonly [
    name: string,
    revoke: (mine: { readonly grant: string }) => Promise<unknown>,
    dead: ReadonlySet<string>,
    kind: string,
  ]
  const scenarios: readonly Scenario[] = [
    [
      'one token of a user',
      (mine) =>
        client.userApi.revokeTokenForUserAndClient({ userId: user, clientId: app, tokenId: oktaId(mine) }),
      new Set(['mine']),
      'grant.revoked',
    ],
    [
      'one token of an application',
      (mine) => client.applicationApi.revokeOAuth2TokenForApplication({ appId: app, tokenId: oktaId(mine) }),
      new Set(['mine']),
      'grant.revoked',
    ],
    [
      'one token of an authorization server',
      (mine) =>
        client.authorizationServerApi.revokeRefreshTokenForAuthorizationServerAndClient({
          authServerId: authServer,
          clientId: app,
          tokenId: oktaId(mine),
        }),
      new Set(['mine']),
      'grant.revoked',
    ],
    [
      'all of a user at an application',
      () => client.userApi.revokeTokensForUserAndClient({ userId: user, clientId: app }),
      new Set(['mine', 'second', 'elsewhere']),
      'refresh.revoked',
    ],
    [
      'all of an application',
      () => client.applicationApi.revokeOAuth2TokensForApplication({ appId: app }),
      new Set(['mine', 'second', 'elsewhere', 'theirs']),
      'refresh.revoked',
    ],
    [
      'all of an application from an authorization server',
      () =>
        client.authorizationServerApi.revokeRefreshTokensForAuthorizationServerAndClient({
          authServerId: authServer,
          clientId: app,
        }),
      new Set(['mine', 'second', 'theirs']),
      'refresh.revoked',
    ],
  ]

  it.each(scenarios)('revokes %s by one entry, and nothing beside', async (_name, revoke, dead, kind) => {
    const elsewhere = await createServer(server.adminA, `elsewhere-${app.toLowerCase()}`)
    const families = {
      mine: await family(),
      second: await family(),
      elsewhere: await family({ issuerId: elsewhere }),
      theirs: await family({ user: other }),
      otherApp: await family({ client: otherApp }),
    }
    // Issued without a refresh token: no revocation of refresh tokens concerns it.
    const alone = await issuer.issue(ORGANIZATION_A, { user, client: app, issuerId: authServer })
    const before = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq
    await revoke(families.mine)
    const after = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq
    expect(after - before).toBe(1)
    for (const [name, { refresh, access }] of Object.entries(families)) {
      expect([name, await good(refresh), await good(access)]).toEqual([
        name,
        !dead.has(name),
        !dead.has(name),
      ])
    }
    expect(await good(alone)).toBe(true)
    const [entry] = (
      await server.app.inject({ url: '/api/rescind/v1/revocations?limit=1', headers: server.adminA.header })
    ).json().items
    const { body } = await server.call(server.adminA, `GET /users/${user}/clients/${app}/tokens`)
    const left = (['mine', 'second', 'elsewhere'] as const).filter((name) => !dead.has(name))
    expect(body.map(({ id }: { readonly id: string }) => id).sort()).toEqual(
      left.map((name) => oktaId(families[name])).sort(),
    )
    expect(entry.target.type).toBe(kind === 'grant.revoked' ? 'grant' : 'refresh')
    // What is issued afterwards is good, unless it belongs to what was revoked by name.
    const later = await family()
    expect([await good(later.refresh), await good(later.access)]).toEqual([true, true])
  })

  it('revokes nothing twice, and all of nothing as well', async () => {
    const mine = await family()
    const one = `/users/${user}/clients/${app}/tokens/${oktaId(mine)}` as const
    expect((await server.call(server.adminA, `DELETE ${one}`)).status).toBe(204)
    expect((await server.call(server.adminA, `DELETE ${one}`)).status).toBe(404)
    expect((await server.call(server.adminA, `GET ${one}`)).status).toBe(404)
    for (const all of [
      `/users/${user}/clients/${app}/tokens`,
      `/apps/${app}/tokens`,
      `/authorizationServers/${authServer}/clients/${app}/tokens`,
    ] as const) {
      const { status, body } = await server.call(server.adminA, `DELETE ${all}`)
      expect([status, body]).toEqual([204, undefined])
      expect((await server.call(server.adminA, `GET ${all}`)).body).toEqual([])
    }
  })

  it('leaves out what has expired or was exchanged', async () => {
    await family()
    server.authority.clock.advance(3_600_001)
    expect((await server.call(server.adminA, `GET /apps/${app}/tokens`)).body).toEqual([])
  })

  it('knows nothing of another organization', async () => {
    const theirs = await issuer.family(ORGANIZATION_B, {
      user: foreign.user,
      client: foreign.app,
      issuerId: foreign.server,
    })
    const id = oktaId(theirs)
    const mine = await family()
    const paths = [
      `/users/${foreign.user}/clients/${app}/tokens`,
      `/users/${user}/clients/${foreign.app}/tokens`,
      `/users/${user}/clients/${app}/tokens/${id}`,
      `/apps/${foreign.app}/tokens`,
      `/apps/${foreign.app}/tokens/${id}`,
      `/apps/${app}/tokens/${id}`,
      `/authorizationServers/${foreign.server}/clients/${app}/tokens`,
      `/authorizationServers/${authServer}/clients/${foreign.app}/tokens`,
      `/authorizationServers/${authServer}/clients/${app}/tokens/${id}`,
    ] as const
    for (const path of paths)
      for (const method of ['GET', 'DELETE'] as const) {
        const { status, body } = await server.call(server.adminA, `${method} ${path}`)
        expect([method, path, status, body.errorCode]).toEqual([method, path, 404, 'E0000007'])
      }
    expect(await good(theirs.refresh, ORGANIZATION_B)).toBe(true)
    expect(await good(mine.refresh)).toBe(true)
  })

  it('are not for readers to revoke, nor for anybody without a role', async () => {
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    const nobody = await createCredential(server.authority, server.authority.actorA)
    await family()
    expect((await server.call(reader, `GET /apps/${app}/tokens`)).status).toBe(200)
    expect((await server.call(reader, `DELETE /apps/${app}/tokens`)).status).toBe(403)
    expect((await server.call(nobody, `GET /apps/${app}/tokens`)).status).toBe(403)
    expect((await server.call(undefined, `GET /apps/${app}/tokens`)).status).toBe(403)
  })

  it('name the applications that hold them', async () => {
    await family()
    await family({ client: otherApp })
    const { userApi, authorizationServerApi } = client
    const clientIds = async (collection: AsyncIterable<{ readonly client_id?: string } | null>) => {
      const found: unknown[] = []
      for await (const one of collection) found.push(one?.client_id)
      return found.sort()
    }
    expect(await clientIds(await userApi.listUserClients({ userId: user }))).toEqual([app, otherApp].sort())
    expect(await clientIds(await userApi.listUserClients({ userId: other }))).toEqual([])
    await userApi.revokeTokensForUserAndClient({ userId: user, clientId: app })
    expect(await clientIds(await userApi.listUserClients({ userId: user }))).toEqual([otherApp])
    const holders = await authorizationServerApi.listOAuth2ClientsForAuthorizationServer({
      authServerId: authServer,
    })
    expect((await clientIds(holders)).filter((id) => id === app || id === otherApp)).toEqual([otherApp])
  })
})

function never(): never {
  throw new Error('unreachable')
}
