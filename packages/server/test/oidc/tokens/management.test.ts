/*
 * Access tokens as credentials of the management APIs: what an application was granted, what its token says, what
 * was revoked since, and Okta's own SDK in its PrivateKey mode, unchanged.
 */
import okta from '@okta/okta-sdk-nodejs'
import { exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHttp } from '../../../src/start/http.ts'
import { DATABASES } from '../../support/databases.ts'
import { createClient, type TestClient } from '../../support/management.ts'
import { configurationOf, introspect, openWorld } from '../../support/oidc-world.ts'

type World = Awaited<ReturnType<typeof openWorld>>

describe.each(DATABASES)('management by access token on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  const grant = (client: TestClient, scopeId: string) =>
    world.admin.ok(`POST /api/v1/apps/${client.id}/grants`, { issuer: world.publicUrl, scopeId })

  async function serviceWith(...scopes: readonly string[]): Promise<TestClient> {
    const client = await createClient(world.admin, { type: 'service', method: 'private_key_jwt' })
    for (const scope of scopes) await grant(client, scope)
    return client
  }

  async function tokenOf(client: TestClient, scope: string): Promise<string> {
    const config = await configurationOf(client, world.publicUrl)
    return (await openid.clientCredentialsGrant(config, { scope })).access_token
  }

  async function ask(token: string, path: string, method = 'GET', body?: unknown) {
    const reply = await fetch(`${world.publicUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, challenge: reply.headers.get('www-authenticate'), text }
  }

  it('grants are given once, listed, read, and taken back', async () => {
    const { admin, publicUrl } = world
    const client = await serviceWith()
    const given = await grant(client, 'okta.apps.read')
    const href = `${publicUrl}/api/v1/apps/${client.id}`
    expect(given).toMatchObject({
      id: expect.stringMatching(/^oag[0-9A-Za-z]{17}$/),
      status: 'ACTIVE',
      issuer: publicUrl,
      clientId: client.clientId,
      scopeId: 'okta.apps.read',
      source: 'ADMIN',
      _embedded: { scope: { id: 'okta.apps.read' } },
      _links: { self: { href: `${href}/grants/${given.id}` }, app: { href } },
    })
    expect(await grant(client, 'okta.apps.read')).toEqual(given)
    const list = `/api/v1/apps/${client.id}/grants`
    expect(await admin.ok(`GET ${list}`)).toEqual([given])
    expect(await admin.ok(`GET ${list}/${given.id}?expand=scope`)).toEqual(given)
    expect(await admin.call(`DELETE ${list}/${given.id}`)).toEqual({ status: 204, body: undefined })
    expect(await admin.ok(`GET ${list}`)).toEqual([])
    for (const place of [`GET ${list}/${given.id}`, `DELETE ${list}/${given.id}`] as const)
      expect(await admin.call(place)).toMatchObject({ status: 404, body: { errorCode: 'E0000007' } })
  })

  it.each([
    [{ issuer: 'https://other.example.com', scopeId: 'okta.apps.read' }, /^issuer:/],
    [{ scopeId: 'okta.nonsense.read' }, /^scopeId:/],
    [{ issuer: '' }, /./],
    [{ scopeId: null }, /./],
  ])('grants of %j are refused', async (change, cause) => {
    const client = await serviceWith()
    const body = { issuer: world.publicUrl, scopeId: 'okta.apps.read', ...change }
    const reply = await world.admin.call(`POST /api/v1/apps/${client.id}/grants`, body)
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'E0000001'])
    expect(reply.body.errorCauses[0].errorSummary).toMatch(cause)
  })

  it('a token is refused for a scope that was not granted', async () => {
    const client = await serviceWith('okta.apps.read')
    for (const scope of ['okta.users.read', 'okta.apps.read okta.users.read'])
      await expect(tokenOf(client, scope)).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  it('a token is for these APIs, by name, and says what it may', async () => {
    const { publicUrl } = world
    const client = await serviceWith('okta.apps.read', 'okta.users.read')
    const token = await tokenOf(client, 'okta.apps.read okta.users.read')
    expect(await introspect(world, publicUrl, token)).toMatchObject({
      active: true,
      aud: publicUrl,
      iss: publicUrl,
      sub: client.clientId,
      client_id: client.clientId,
      scope: 'okta.apps.read okta.users.read',
    })
    expect(await ask(token, '/api/v1/apps')).toMatchObject({ status: 200 })
    expect(await ask(token, '/api/v1/users')).toMatchObject({ status: 200 })
  })

  it('an operation outside the scopes is refused, and the answer says which scope it needs', async () => {
    const { publicUrl } = world
    const client = await serviceWith('okta.apps.read')
    const token = await tokenOf(client, 'okta.apps.read')
    const { status, challenge, text } = await ask(token, '/api/v1/users?limit=1')
    expect([status, JSON.parse(text).errorCode]).toEqual([403, 'E0000006'])
    expect(challenge).toBe(
      `Bearer authorization_uri="${publicUrl}/oauth2/v1/authorize", realm="${publicUrl}", scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/users"`,
    )
    expect(await ask(token, '/api/rescind/v1/audit')).toMatchObject({ status: 403 })
  })

  it('the native API reads by rescind.read and changes by rescind.manage', async () => {
    const client = await serviceWith('rescind.read', 'rescind.manage')
    const reader = await tokenOf(client, 'rescind.read')
    const manager = await tokenOf(client, 'rescind.manage')
    const revocation = { target: { type: 'application', id: client.id }, reason: 'test' }
    expect(await ask(reader, '/api/rescind/v1/audit')).toMatchObject({ status: 200 })
    expect(await ask(reader, '/api/rescind/v1/revocations', 'POST', revocation)).toMatchObject({
      status: 403,
    })
    // With its own token an application may void all of its tokens, this one included.
    expect(await ask(manager, '/api/rescind/v1/revocations', 'POST', revocation)).toMatchObject({
      status: 201,
    })
    expect(await ask(manager, '/api/rescind/v1/audit')).toMatchObject({ status: 401 })
    expect(await ask(await tokenOf(client, 'rescind.manage'), '/api/rescind/v1/audit')).toMatchObject({
      status: 200,
    })
  })

  it('a token grants no scope that it does not have itself', async () => {
    const client = await serviceWith('okta.appGrants.manage')
    const token = await tokenOf(client, 'okta.appGrants.manage')
    const path = `/api/v1/apps/${client.id}/grants`
    const body = (scopeId: string) => ({ issuer: world.publicUrl, scopeId })
    expect(await ask(token, path, 'POST', body('okta.users.manage'))).toMatchObject({ status: 403 })
    expect(await ask(token, path, 'POST', body('okta.appGrants.manage'))).toMatchObject({ status: 201 })
  })

  it('a token says nothing for other tokens, other APIs, or no API', async () => {
    const client = await serviceWith('okta.apps.read')
    const good = await tokenOf(client, 'okta.apps.read')
    const [header, payload, signature = ''] = good.split('.')
    const other = await configurationOf(world.service, world.apis.jwt.issuer)
    const foreign = await openid.clientCredentialsGrant(other, { resource: world.apis.jwt.identifier })
    for (const token of [
      'nonsense',
      'a.b.c',
      foreign.access_token,
      `${header}.${payload}.${signature.split('').reverse().join('')}`,
      `${header}.${payload}.`,
    ]) {
      expect(await ask(token, '/api/v1/apps')).toMatchObject({ status: 401 })
      expect(await ask(token, '/api/rescind/v1/audit')).toMatchObject({ status: 401 })
    }
    expect(await ask(good, '/api/v1/apps')).toMatchObject({ status: 200 })
  })

  const ends: readonly (readonly [
    string,
    (client: TestClient, token: string) => Promise<unknown>,
    number,
  ])[] = [
    ['the token is revoked', (_client, token) => world.admin.revoke({ type: 'token', token }), 401],
    ['the application is revoked', ({ id }) => world.admin.revoke({ type: 'application', id }), 401],
    [
      'the application is deactivated',
      ({ id }) => world.admin.ok(`POST /api/v1/apps/${id}/lifecycle/deactivate`),
      401,
    ],
    [
      'its grant is taken back',
      async ({ id }) => {
        const [{ id: grantId }] = await world.admin.ok(`GET /api/v1/apps/${id}/grants`)
        await world.admin.ok(`DELETE /api/v1/apps/${id}/grants/${grantId}`)
      },
      403,
    ],
  ]
  it.each(ends)('a token is good no longer once %s, also after a restart', async (_name, end, status) => {
    const client = await serviceWith('okta.apps.read')
    const bystander = await serviceWith('okta.apps.read')
    const token = await tokenOf(client, 'okta.apps.read')
    const alive = await tokenOf(bystander, 'okta.apps.read')
    expect(await ask(token, '/api/v1/apps')).toMatchObject({ status: 200 })
    await end(client, token)
    expect(await ask(token, '/api/v1/apps')).toMatchObject({ status })
    expect(await ask(alive, '/api/v1/apps')).toMatchObject({ status: 200 })
    const app = buildHttp(world.nodes[0].authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    })
    const again = await app.inject({ url: '/api/v1/apps', headers: { authorization: `Bearer ${token}` } })
    await app.close()
    expect(again.statusCode).toBe(status)
  })

  describe('the SDK in PrivateKey mode', () => {
    async function sdkFor(scopes: readonly string[], granted = scopes, orgUrl = world.publicUrl) {
      const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
      const client = await createClient(world.admin, {
        type: 'service',
        method: 'private_key_jwt',
        settings: {
          jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'sdk', use: 'sig', alg: 'RS256' }] },
        },
      })
      for (const scope of granted) await grant(client, scope)
      const sdk = new okta.Client({
        orgUrl,
        authorizationMode: 'PrivateKey',
        clientId: client.clientId,
        scopes: [...scopes],
        privateKey: { ...(await exportJWK(privateKey)), kid: 'sdk', alg: 'RS256' },
        keyId: 'sdk',
        cacheMiddleware: null,
      })
      return { sdk, client }
    }

    it('obtains a token bound to its key, and manages with it', async () => {
      const { sdk, client } = await sdkFor(['okta.apps.read', 'okta.users.read'])
      const found = await sdk.applicationApi.getApplication({ appId: client.id })
      expect(found.id).toBe(client.id)
      const users = await sdk.userApi.listUsers({ limit: 1 })
      expect((await users.next()).value).toMatchObject({ status: 'ACTIVE' })
    })

    it('also where its address ends in a slash', async () => {
      const { sdk, client } = await sdkFor(['okta.apps.read'], undefined, `${world.publicUrl}/`)
      expect((await sdk.applicationApi.getApplication({ appId: client.id })).id).toBe(client.id)
    })

    it('is told which scope it lacks', async () => {
      const { sdk, client } = await sdkFor(['okta.users.read'])
      await expect(sdk.applicationApi.getApplication({ appId: client.id })).rejects.toMatchObject({
        status: 403,
        errorCode: 'E0000006',
      })
    })

    it('writes where it may', async () => {
      const { sdk, client } = await sdkFor(['okta.apps.manage'])
      const key = await sdk.applicationSSOPublicKeysApi
        .createOAuth2ClientSecret({ appId: client.id })
        .catch((refusal: { readonly errorCode?: string }) => refusal.errorCode)
      // A client that authenticates by key has no secrets: the refusal is about that, not about the caller.
      expect(key).toBe('E0000001')
    })
  })
})
