import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, serviceBody, webBody } from '../support/applications.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

const key = (kid: string, use: 'sig' | 'enc' = 'sig') => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  kid,
  use,
})

describe.each(DATABASES)('clients that register themselves on $name', (database) => {
  let server: TestOkta
  let issuer: TestIssuer
  beforeAll(async () => {
    server = await openTestOkta(database)
    issuer = openTestIssuer(server.authority)
  })
  afterAll(async () => {
    issuer.close()
    await server.close()
  })

  async function call(
    who: Credential | undefined,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ) {
    const reply = await server.app.inject({
      method,
      url: `/oauth2/v1/${path}`,
      headers: {
        ...who?.header,
        ...(body === undefined ? { 'content-length': '0' } : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    return {
      status: reply.statusCode,
      headers: reply.headers,
      body: reply.body === '' ? undefined : reply.json(),
    }
  }
  const register = (body: unknown, who = server.adminA) => call(who, 'POST', 'clients', body)

  const web = {
    client_name: 'Example',
    client_uri: 'https://www.example.com',
    application_type: 'web',
    redirect_uris: ['https://www.example.com/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }

  it('are the applications of the Apps API', async () => {
    const { status, body } = await register(web)
    expect(status).toBe(201)
    expect(body).toEqual({
      client_id: expect.stringMatching(/^0oa/),
      client_secret: expect.stringMatching(/^.{40,}$/),
      client_id_issued_at: 1_767_225_600,
      client_secret_expires_at: 0,
      ...web,
      logo_uri: null,
    })
    const app = await server.call(server.adminA, `GET /apps/${body.client_id}`)
    expect(app.body.settings.oauthClient.consent_method).toBe('REQUIRED')
    const { client_secret, ...shown } = body
    expect((await call(server.adminA, 'GET', `clients/${body.client_id}`)).body).toEqual(shown)
    expect((await call(server.adminA, 'GET', 'clients?q=exam')).body).toContainEqual(shown)
    expect((await call(server.adminA, 'GET', 'clients?q=nothing-begins-so')).body).toEqual([])
  })

  it('are replaced, and keep what registration has no words for', async () => {
    const id = await createApp(
      server,
      webBody({ more: { label: 'Before' }, client: { dpop_bound_access_tokens: true } }),
    )
    const changed = { ...web, client_id: id, client_name: 'After' }
    const { status, body } = await call(server.adminA, 'PUT', `clients/${id}`, changed)
    expect([status, body.client_name, body.client_secret]).toEqual([200, 'After', undefined])
    const { settings } = (await server.call(server.adminA, `GET /apps/${id}`)).body
    expect([settings.oauthClient.consent_method, settings.oauthClient.dpop_bound_access_tokens]).toEqual([
      'TRUSTED',
      true,
    ])
    const other = { ...changed, client_id: 'someone-else' }
    expect((await call(server.adminA, 'PUT', `clients/${id}`, other)).body).toEqual({
      error: 'invalid_client_metadata',
      error_description: '`client_id`: cannot be changed',
    })
  })

  it('bring keys by the rules of client keys, and show those that count', async () => {
    const service = {
      client_name: 'Service',
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      token_endpoint_auth_method: 'private_key_jwt',
    }
    const one = key('one')
    const two = key('two')
    const { status, body } = await register({ ...service, jwks: { keys: [one, two] } })
    expect([status, body.client_secret, body.client_secret_expires_at]).toEqual([201, undefined, undefined])
    expect(body.jwks.keys).toEqual([one, two])
    const jwks = `/apps/${body.client_id}/credentials/jwks` as const
    const [first] = (await server.call(server.adminA, `GET ${jwks}`)).body.keys
    await server.call(server.adminA, `POST ${jwks}/${first.id}/lifecycle/deactivate`)
    expect((await call(server.adminA, 'GET', `clients/${body.client_id}`)).body.jwks.keys).toEqual([two])
    const refused = await register({ ...service, jwks: { keys: [one, { ...two, kid: 'one' }] } })
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_client_metadata'])
    expect(refused.body.error_description).toContain('unique `kid`')
    const uri = 'https://www.example.com/jwks'
    const remote = await register({ ...service, jwks_uri: uri })
    expect([remote.status, remote.body.jwks_uri, remote.body.jwks]).toEqual([201, uri, undefined])
    const both = await register({ ...service, jwks_uri: uri, jwks: { keys: [one] } })
    expect([both.status, both.body.error]).toEqual([400, 'invalid_client_metadata'])
  })

  it.each<[string, object, string, string | RegExp]>([
    [
      'no name',
      { client_name: undefined },
      'invalid_client_metadata',
      "`client_name`: The field can't be left blank.",
    ],
    [
      'a blank name',
      { client_name: ' ' },
      'invalid_client_metadata',
      "`client_name`: The field can't be left blank.",
    ],
    ['an unknown grant', { grant_types: ['magic'] }, 'invalid_client_metadata', /grant_types/],
    ['no redirect address', { redirect_uris: [] }, 'invalid_redirect_uri', /^`redirect_uris`: /],
    ['a fragment', { redirect_uris: ['https://a.example.com/#b'] }, 'invalid_redirect_uri', /fragment/],
    ['a time of issue', { client_id_issued_at: 1 }, 'invalid_client_metadata', /client_id_issued_at/],
    [
      'an address that is none',
      { jwks_uri: 'ftp://example.com' },
      'invalid_client_metadata',
      /^`jwks_uri`: /,
    ],
  ])('are refused with %s', async (_name, change, error, description) => {
    const { status, body } = await register({ ...web, ...change })
    expect([status, body.error]).toEqual([400, error])
    expect(body.error_description).toMatch(description)
    expect(Object.keys(body)).toEqual(['error', 'error_description'])
  })

  it('get one new secret in the place of the old ones', async () => {
    const { body } = await register(web)
    await server.call(server.adminA, `POST /apps/${body.client_id}/credentials/secrets`)
    const renewed = await call(server.adminA, 'POST', `clients/${body.client_id}/lifecycle/newSecret`)
    expect([renewed.status, renewed.body.client_id]).toEqual([200, body.client_id])
    expect(renewed.body.client_secret).not.toBe(body.client_secret)
    const secrets = await server.call(server.adminA, `GET /apps/${body.client_id}/credentials/secrets`)
    expect(secrets.body.map(({ status }: { readonly status: string }) => status)).toEqual(['ACTIVE'])
    const service = await createApp(server, serviceBody())
    expect((await call(server.adminA, 'POST', `clients/${service}/lifecycle/newSecret`)).status).toBe(400)
  })

  it('are deleted at once, with all that they hold', async () => {
    const { body } = await register(web)
    const token = await issuer.issue(ORGANIZATION_A, { client: body.client_id })
    expect((await call(server.adminA, 'DELETE', `clients/${body.client_id}`)).status).toBe(204)
    expect((await call(server.adminA, 'DELETE', `clients/${body.client_id}`)).status).toBe(404)
    expect((await server.call(server.adminA, `GET /apps/${body.client_id}`)).status).toBe(404)
    expect(await issuer.isGood(ORGANIZATION_A, token)).toBe(false)
  })

  it('are unknown to other organizations, and to whoever may not', async () => {
    const { body } = await register(web)
    const path = `clients/${body.client_id}`
    for (const [method, at, sent] of [
      ['GET', path, undefined],
      ['PUT', path, web],
      ['DELETE', path, undefined],
      ['POST', `${path}/lifecycle/newSecret`, undefined],
    ] as const) {
      const refused = await call(server.adminB, method, at, sent)
      expect([refused.status, refused.body.errorCode]).toEqual([404, 'E0000007'])
    }
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    expect((await call(reader, 'GET', path)).status).toBe(200)
    expect((await register(web, reader)).body.errorCode).toBe('E0000006')
    expect((await call(undefined, 'GET', path)).body.errorCode).toBe('E0000005')
    expect((await call(server.adminA, 'GET', `${path}/nothing`)).body.errorCode).toBe('E0000008')
  })

  describe('Universal Logout', () => {
    const logOut = (sub_id: unknown, who: Credential | undefined = server.adminA) =>
      call(who, 'POST', 'global-token-revocation', { sub_id })

    async function holder() {
      const { userId } = await createCredential(server.authority, server.authority.actorA)
      const app = await createApp(server, webBody())
      const { refresh, access } = await issuer.family(ORGANIZATION_A, { user: userId, client: app })
      const alone = await issuer.issue(ORGANIZATION_A, { user: userId, client: app, session: `of-${userId}` })
      const email = (await server.call(server.adminA, `GET /users/${userId}`)).body.profile.email
      return { userId, email, tokens: [refresh, access, alone] }
    }
    const good = (tokens: readonly string[]) =>
      Promise.all(tokens.map((token) => issuer.isGood(ORGANIZATION_A, token)))

    it.each<[string, (user: { readonly userId: string; readonly email: string }) => unknown]>([
      ['an opaque id', ({ userId }) => ({ format: 'opaque', id: userId })],
      [
        'issuer and subject',
        ({ userId }) => ({ format: 'iss_sub', iss: `http://${ORGANIZATION_A}.localhost:8080`, sub: userId }),
      ],
      ['an e-mail address', ({ email }) => ({ format: 'email', email })],
    ])('ends everything of the user named by %s, by one entry', async (_name, subject) => {
      const user = await holder()
      const other = await holder()
      const before = (await issuer.knowledge.confirm(ORGANIZATION_A)).seq
      expect((await logOut(subject(user))).status).toBe(204)
      expect((await issuer.knowledge.confirm(ORGANIZATION_A)).seq - before).toBe(1)
      expect(await good(user.tokens)).toEqual([false, false, false])
      expect(await good(other.tokens)).toEqual([true, true, true])
    })

    it.each<[string, unknown, number]>([
      ['nobody', { format: 'opaque', id: '00unobody' }, 404],
      ['the caller by another name', { format: 'opaque', id: 'me' }, 404],
      ['an issuer that is not ours', { format: 'iss_sub', iss: 'https://idp.example.com', sub: 'x' }, 404],
      ['an unknown format', { format: 'phone_number', phone_number: '+1' }, 400],
      ['half a subject', { format: 'opaque' }, 400],
      ['nothing', undefined, 400],
      ['text that is no id', { format: 'opaque', id: '" or id pr' }, 404],
    ])('refuses %s', async (_name, subject, status) => {
      expect((await logOut(subject)).status).toBe(status)
    })

    it('refuses an address of two users', async () => {
      const profile = { email: 'both@example.com', firstName: 'A', lastName: 'B' }
      for (const login of ['one-of-both', 'other-of-both'])
        await server.call(server.adminA, 'POST /users', { profile: { ...profile, login } })
      expect((await logOut({ format: 'email', email: 'both@example.com' })).status).toBe(422)
    })

    it('reaches nobody of another organization, and is for administrators', async () => {
      const user = await holder()
      expect((await logOut({ format: 'opaque', id: user.userId }, server.adminB)).status).toBe(404)
      const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
      expect((await logOut({ format: 'opaque', id: user.userId }, reader)).status).toBe(403)
      const anonymous = { ...reader, header: { authorization: 'SSWS wrong' } }
      expect((await logOut({ format: 'opaque', id: user.userId }, anonymous)).status).toBe(401)
      expect(await good(user.tokens)).toEqual([true, true, true])
    })
  })
})
