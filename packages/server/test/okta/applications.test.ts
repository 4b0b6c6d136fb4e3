import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract } from '../contract/validate.ts'
import { createApp, refusalOf, serviceBody, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey, encryptionKey, rsaKey } from '../support/jwks.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('applications on $name', (database) => {
  let server: TestOkta
  let orgUrl: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    orgUrl = await server.listen()
  })
  afterAll(() => server.close())

  const get = (appId: string) => server.call(server.adminA, `GET /apps/${appId}`)
  const put = (appId: string, body: unknown) => server.call(server.adminA, `PUT /apps/${appId}`, body)

  it('leads an application through its life, by the Okta SDK', async () => {
    const api = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null }).applicationApi
    const made = await api.createApplication({ application: serviceBody() })
    const appId = String(made.id)
    expect(made).toMatchObject({ status: 'ACTIVE', label: 'Billing', signOnMode: 'OPENID_CONNECT' })
    expect(await api.getApplication({ appId })).toEqual(made)
    const application = serviceBody({ more: { label: 'Ledger' } })
    expect(await api.replaceApplication({ appId, application })).toMatchObject({ id: appId, label: 'Ledger' })
    await expect(api.deleteApplication({ appId })).rejects.toMatchObject({
      status: 403,
      errorCode: 'E0000056',
    })
    await api.deactivateApplication({ appId })
    expect(await api.getApplication({ appId })).toMatchObject({ status: 'INACTIVE' })
    await api.activateApplication({ appId })
    await api.deactivateApplication({ appId })
    await api.deleteApplication({ appId })
    await expect(api.getApplication({ appId })).rejects.toMatchObject({ status: 404 })
  })

  it('loses nothing of an application that the Okta SDK reads and writes back', async () => {
    const api = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null }).applicationApi
    const keys = [rsaKey('a', { alg: 'RS256' }), ecKey('b', { status: 'INACTIVE' }), encryptionKey('e')]
    const refresh_token = { rotation_type: 'ROTATE', leeway: 10 }
    const body = webBody({
      client: { refresh_token, jwks: { keys }, logo_uri: 'https://shop.example.com/l.png' },
    })
    const appId = await createApp(server, body)
    const listed = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
    const before = await get(appId)
    server.authority.clock.advance(1000)
    await api.replaceApplication({ appId, application: await api.getApplication({ appId }) })
    const { lastUpdated: _then, ...kept } = before.body
    expect((await get(appId)).body).toMatchObject(kept)
    expect(await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)).toMatchObject({
      body: listed.body,
    })
  })

  it('answers a creation with 200 and the whole object, member for member', async () => {
    const keys = [rsaKey('SIGNING_KEY_RSA'), ecKey('SIGNING_KEY_EC')].map(({ use: _use, ...key }) => key)
    const { status, body } = await server.call(
      server.adminA,
      'POST /apps?activate=true',
      serviceBody({ client: { response_types: ['token'], jwks: { keys } } }),
    )
    expect(status).toBe(200)
    expectContract('createApplication', status, body)
    const href = `${orgUrl}/api/v1/apps/${body.id}`
    const [rsa, ec] = body.settings.oauthClient.jwks.keys
    expect(body).toEqual({
      id: expect.stringMatching(/^0oa[0-9A-Za-z]{17}$/),
      orn: `orn:rescind:idp:${server.authority.actorA.organizationId}:apps:oidc_client:${body.id}`,
      name: 'oidc_client',
      label: 'Billing',
      status: 'ACTIVE',
      lastUpdated: new Date(server.authority.clock.now()).toISOString(),
      created: new Date(server.authority.clock.now()).toISOString(),
      accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
      visibility: {
        autoLaunch: false,
        autoSubmitToolbar: false,
        hide: { iOS: true, web: true },
        appLinks: { oidc_client_link: true },
      },
      features: [],
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        userNameTemplate: { template: ['$', '{source.login}'].join(''), type: 'BUILT_IN' },
        oauthClient: {
          autoKeyRotation: true,
          client_id: body.id,
          token_endpoint_auth_method: 'private_key_jwt',
          pkce_required: true,
        },
      },
      universalLogout: {
        status: 'DISABLED',
        supportType: 'FULL',
        identityStack: 'NOT_SHARED',
        protocol: 'GLOBAL_TOKEN_REVOCATION',
      },
      settings: {
        app: {},
        notifications: { vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null } },
        manualProvisioning: false,
        implicitAssignment: false,
        emOptInStatus: 'NONE',
        notes: { admin: null, enduser: null },
        oauthClient: {
          client_uri: null,
          logo_uri: null,
          redirect_uris: [],
          response_types: ['token'],
          grant_types: ['client_credentials'],
          jwks: { keys: [rsa, ec] },
          application_type: 'service',
          consent_method: 'TRUSTED',
          issuer_mode: 'ORG_URL',
          idp_initiated_login: { mode: 'DISABLED', default_scope: [] },
          wildcard_redirect: 'DISABLED',
          dpop_bound_access_tokens: false,
          participate_slo: false,
        },
      },
      _links: {
        clientCredentials: [{ name: 'jwks', href: `${href}/credentials/jwks` }],
        deactivate: { href: `${href}/lifecycle/deactivate` },
      },
    })
    expect(Object.keys(rsa)).toEqual(['kty', 'id', 'status', 'kid', 'use', 'e', 'n'])
    expect(Object.keys(ec)).toEqual(['kty', 'id', 'status', 'kid', 'use', 'x', 'y', 'crv'])
    expect([rsa.use, ec.use, ec.crv]).toEqual([null, null, 'P-256'])
  })

  it('shows a secret in the answer that makes it, and in no other', async () => {
    const { body } = await server.call(server.adminA, 'POST /apps', webBody())
    const secret = body.credentials.oauthClient.client_secret
    expect(secret).toMatch(/^[A-Za-z0-9_-]{64}$/)
    expect(body._links.clientCredentials[0].name).toBe('secrets')
    const again = await get(body.id)
    expect(again.body.credentials.oauthClient).not.toHaveProperty('client_secret')
    // The object is sent back as it came, secret and all.
    expect((await put(body.id, body)).body).toEqual(again.body)
    const other = { ...body.credentials.oauthClient, client_secret: `${secret}x` }
    const reply = await put(body.id, { ...body, credentials: { oauthClient: other } })
    expect(refusalOf(reply)[2]).toBe('Api validation failed: client_secret')
    expect(server.logged()).not.toContain(secret)
  })

  it('keeps a client id and a secret that were chosen', async () => {
    const credential = { client_id: 'shop.example.com', client_secret: 'a-secret-of-mine' }
    const { body } = await server.call(server.adminA, 'POST /apps', webBody({ credential }))
    expect(body.credentials.oauthClient).toMatchObject(credential)
    const taken = await server.call(server.adminA, 'POST /apps', webBody({ credential }))
    expect(refusalOf(taken)).toEqual([
      400,
      'E0000001',
      'Api validation failed: client_id',
      'client_id: is in use by another client',
    ])
    // Another organization's clients are none of ours.
    expect((await server.call(server.adminB, 'POST /apps', webBody({ credential }))).status).toBe(200)
    const renamed = await put(body.id, webBody({ credential: { client_id: 'another-name' } }))
    expect(refusalOf(renamed)[3]).toBe('client_id: cannot be changed')
  })

  it('makes a secret when a replaced client comes to need one', async () => {
    const appId = await createApp(server, serviceBody())
    const replaced = await put(appId, webBody())
    expect(replaced.body.credentials.oauthClient.client_secret).toMatch(/^[A-Za-z0-9_-]{64}$/)
    const again = await put(appId, webBody())
    expect(again.body.credentials.oauthClient).not.toHaveProperty('client_secret')
  })

  it('answers the life cycle with an empty object, however often it is asked', async () => {
    const appId = await createApp(server)
    for (const verb of ['deactivate', 'deactivate', 'activate', 'activate'])
      expect(await server.call(server.adminA, `POST /apps/${appId}/lifecycle/${verb}`)).toMatchObject({
        status: 200,
        body: {},
      })
  })

  it('creates an inactive application when told so', async () => {
    const { body } = await server.call(server.adminA, 'POST /apps?activate=false', serviceBody())
    expect(body.status).toBe('INACTIVE')
    expect(Object.keys(body._links)).toEqual(['clientCredentials', 'activate'])
    expect((await server.call(server.adminA, `DELETE /apps/${body.id}`)).status).toBe(204)
  })

  describe('keys inside the application', () => {
    const keysOf = async (appId: string) => (await get(appId)).body.settings.oauthClient.jwks?.keys

    it('are the keys of credentials/jwks, by the same ids, inactive ones too', async () => {
      const keys = [ecKey('a'), rsaKey('b', { status: 'INACTIVE', alg: 'RS256' }), encryptionKey('e')]
      const appId = await createApp(server, serviceBody({ client: { jwks: { keys } } }))
      const inside = await keysOf(appId)
      const listed = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
      expect(inside).toEqual(
        listed.body.keys.map((key: Record<string, unknown>) => {
          const { created: _created, lastUpdated: _updated, _links, ...rest } = key
          return rest
        }),
      )
      expect(inside.map((key: { status: string }) => key.status)).toEqual(['ACTIVE', 'INACTIVE', 'ACTIVE'])
    })

    it('stay as they are when the object is sent back as it came, or without them', async () => {
      const keys = [ecKey('a'), encryptionKey('e', { alg: 'RSA-OAEP-256' })]
      const appId = await createApp(server, serviceBody({ client: { jwks: { keys } } }))
      const path = `GET /apps/${appId}/credentials/jwks` as const
      const before = await server.call(server.adminA, path)
      server.authority.clock.advance(1000)
      await put(appId, (await get(appId)).body)
      await put(appId, serviceBody())
      expect((await server.call(server.adminA, path)).body).toEqual(before.body)
    })

    it('are replaced as a set: kept by id, renamed, added and deleted', async () => {
      const appId = await createApp(server, serviceBody({ client: { jwks: { keys: [ecKey(null)] } } }))
      const [first] = await keysOf(appId)
      const named = { ...first, kid: 'named-now' }
      await put(appId, serviceBody({ client: { jwks: { keys: [named, rsaKey('b')] } } }))
      const second = await keysOf(appId)
      expect(second[0]).toEqual(named)
      expect(second[1].kid).toBe('b')
      await put(appId, serviceBody({ client: { jwks: { keys: [second[1]] } } }))
      expect(await keysOf(appId)).toEqual([second[1]])
    })

    it('may trade their kids', async () => {
      const appId = await createApp(
        server,
        serviceBody({ client: { jwks: { keys: [ecKey('a'), ecKey('b')] } } }),
      )
      const [a, b] = await keysOf(appId)
      const traded = [
        { ...a, kid: 'b' },
        { ...b, kid: 'a' },
      ]
      expect((await put(appId, serviceBody({ client: { jwks: { keys: traded } } }))).status).toBe(200)
      expect(await keysOf(appId)).toEqual(traded)
    })

    it('are deleted when the client publishes them at a jwks_uri', async () => {
      const appId = await createApp(server, serviceBody({ client: { jwks: { keys: [ecKey('a')] } } }))
      const jwks_uri = 'https://billing.example.com/keys'
      const { body } = await put(appId, serviceBody({ client: { jwks_uri } }))
      expectContract('replaceApplication', 200, body)
      expect(body.settings.oauthClient.jwks_uri).toBe(jwks_uri)
      expect(body.settings.oauthClient).not.toHaveProperty('jwks')
      const path = `/apps/${appId}/credentials/jwks`
      expect((await server.call(server.adminA, `GET ${path}`)).body).toEqual({ keys: [] })
      const added = await server.call(server.adminA, `POST ${path}`, ecKey('b'))
      expect(refusalOf(added)).toEqual([
        400,
        'E0000001',
        'Api validation failed: JsonWebKey',
        "jwks_uri: The client publishes its keys there; keys can't be added here.",
      ])
      const back = await put(appId, serviceBody({ client: { jwks: { keys: [ecKey('b')] } } }))
      expect(back.body.settings.oauthClient).not.toHaveProperty('jwks_uri')
      expect(back.body.settings.oauthClient.jwks.keys).toHaveLength(1)
    })
  })

  describe('lists', () => {
    it('in pages, by the links alone, each application once', async () => {
      const labels = Array.from({ length: 7 }, (_, n) => `Paged ${n}`)
      for (const label of labels) {
        await createApp(server, serviceBody({ more: { label } }))
        server.authority.clock.advance(n7(label))
      }
      const seen: string[] = []
      let next: string | undefined = '/apps?q=paged&limit=3'
      while (next !== undefined) {
        const { body, headers }: Awaited<ReturnType<TestOkta['call']>> = await server.call(
          server.adminA,
          `GET ${next}`,
        )
        expectContract('listApplications', 200, body)
        seen.push(...body.map((item: { label: string }) => item.label))
        const link = [headers.link].flat().find((value) => String(value).endsWith('rel="next"'))
        next = /\/api\/v1([^>]*)>/.exec(String(link))?.[1]
      }
      expect(seen.sort()).toEqual(labels)
    })

    describe('what a filter asks for', () => {
      beforeAll(async () => {
        await createApp(server, serviceBody({ more: { label: 'Filtered on' } }))
        const off = await createApp(server, serviceBody({ more: { label: 'Filtered off' } }))
        await server.call(server.adminA, `POST /apps/${off}/lifecycle/deactivate`)
      })

      it.each([
        ['status eq "INACTIVE"', ['Filtered off']],
        ['status eq "ACTIVE" and name eq "oidc_client"', ['Filtered on']],
        ['name eq "okta_org2org"', []],
        ['status eq "DELETED"', []],
        ['status eq "ACTIVE" and status eq "INACTIVE"', []],
      ])('%s', async (filter, expected) => {
        const query = `q=filtered&filter=${encodeURIComponent(filter)}`
        const { body } = await server.call(server.adminA, `GET /apps?${query}`)
        expect(body.map((item: { label: string }) => item.label)).toEqual(expected)
      })
    })

    it.each(['status', 'status eq ACTIVE', 'label eq "x"', 'status eq "ACTIVE" or name eq "x"', '"'])(
      'nothing for the filter %s, and says so',
      async (filter) => {
        const reply = await server.call(server.adminA, `GET /apps?filter=${encodeURIComponent(filter)}`)
        expect(refusalOf(reply)).toEqual([400, 'E0000031', 'Invalid search criteria.'])
      },
    )

    it('by the beginning of a label, in any case, and takes no character for a pattern', async () => {
      await createApp(server, serviceBody({ more: { label: '100% Sure_thing' } }))
      const found = async (q: string) =>
        (await server.call(server.adminA, `GET /apps?q=${encodeURIComponent(q)}`)).body.length
      expect([
        await found('100% s'),
        await found('100%%'),
        await found('1___'),
        await found("' OR 1=1"),
      ]).toEqual([1, 0, 0, 0])
    })
  })
})

/** Two of the seven share a millisecond, so that the order rests on the id as well. */
function n7(label: string): number {
  return label.endsWith('3') ? 0 : 1
}
