import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract } from '../contract/validate.ts'
import { createApp, refusalOf, serviceBody, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

const hmacBody = webBody({ credential: { token_endpoint_auth_method: 'client_secret_jwt' } })
const CHOSEN = 'correct-horse-battery-staple-1234567890'

describe.each(DATABASES)('secrets of a client on $name', (database) => {
  let server: TestOkta
  let orgUrl: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    orgUrl = await server.listen()
  })
  afterAll(() => server.close())

  const secretsOf = async (appId: string) =>
    (await server.call(server.adminA, `GET /apps/${appId}/credentials/secrets`)).body

  it('leads a secret through its life, by the Okta SDK', async () => {
    const appId = await createApp(server, webBody())
    const client = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null })
    const api = client.applicationSSOPublicKeysApi
    const made = await api.createOAuth2ClientSecret({ appId })
    expect(made.client_secret).toMatch(/^[A-Za-z0-9_-]{64}$/)
    expect(made.id).toMatch(/^ocs[0-9A-Za-z]{17}$/)
    const secretId = String(made.id)
    expect(await api.deactivateOAuth2ClientSecret({ appId, secretId })).toMatchObject({ status: 'INACTIVE' })
    expect(await api.activateOAuth2ClientSecret({ appId, secretId })).toMatchObject({ status: 'ACTIVE' })
    await api.deactivateOAuth2ClientSecret({ appId, secretId })
    await api.deleteOAuth2ClientSecret({ appId, secretId })
    await expect(api.getOAuth2ClientSecret({ appId, secretId })).rejects.toMatchObject({ status: 404 })
  })

  it('shows a chosen value in the answer that creates it, and in no other', async () => {
    const appId = await createApp(server, webBody())
    const path = `/apps/${appId}/credentials/secrets`
    const made = await server.call(server.adminA, `POST ${path}`, {
      client_secret: CHOSEN,
      status: 'INACTIVE',
    })
    expectContract('createOAuth2ClientSecret', made.status, made.body)
    const { client_secret: shown, ...rest } = made.body
    expect(shown).toBe(CHOSEN)
    expect(Object.keys(rest)).toEqual(['id', 'status', 'secret_hash', 'created', 'lastUpdated', '_links'])
    const got = await server.call(server.adminA, `GET ${path}/${made.body.id}`)
    expectContract('getOAuth2ClientSecret', got.status, got.body)
    expect(got.body).toEqual(rest)
    const listed = await server.call(server.adminA, `GET ${path}`)
    expectContract('listOAuth2ClientSecrets', listed.status, listed.body)
    expect(listed.body).toHaveLength(2)
    expect(JSON.stringify(listed.body)).not.toContain(CHOSEN)
    expect(server.logged()).not.toContain(CHOSEN)
  })

  it('is kept sealed, in no table and in no entry as it is', async () => {
    const appId = await createApp(server, webBody())
    await server.call(server.adminA, `POST /apps/${appId}/credentials/secrets`, { client_secret: CHOSEN })
    const { organizationId } = server.authority.actorA
    const kept = await server.authority.store.read({ organizationId }, async ({ db }) => [
      await db.selectFrom('client_secrets').selectAll().execute(),
      await db.selectFrom('log_entries').selectAll().execute(),
    ])
    expect(JSON.stringify(kept)).not.toContain(CHOSEN)
  })

  it.each([
    [
      'ErrorClientSecretNonAscii',
      webBody(),
      { client_secret: 'schlüssel-schlüssel' },
      'client_secret',
      "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+",
    ],
    [
      'ErrorClientSecretTooLong',
      webBody(),
      { client_secret: 'x'.repeat(101) },
      'client_secret',
      "client_secret: 'client_secret' can't be more than '100' characters long.",
    ],
    [
      'ErrorClientSecretTooShort',
      webBody(),
      { client_secret: 'x'.repeat(13) },
      'client_secret',
      "client_secret: 'client_secret' must be at least '14' characters long.",
    ],
    [
      'ErrorClientSecretTooShortWithClientSecretJWT',
      hmacBody,
      { client_secret: 'x'.repeat(31) },
      'client_secret',
      "client_secret: 'client_secret' must be at least '32' characters long when 'token_endpoint_auth_method' is 'client_secret_jwt'.",
    ],
    [
      'ErrorClientSecretWithPrivateKeyJWT',
      serviceBody(),
      { client_secret: CHOSEN },
      'client_secret',
      "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'.",
    ],
    [
      'ErrorClientSecretWithPrivateKeyJWT, nothing chosen',
      serviceBody(),
      {},
      'client_secret',
      "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'.",
    ],
  ])('400 %s', async (_, app, body, about, cause) => {
    const appId = await createApp(server, app)
    const before = await secretsOf(appId)
    const reply = await server.call(server.adminA, `POST /apps/${appId}/credentials/secrets`, body)
    expect(refusalOf(reply)).toEqual([400, 'E0000001', `Api validation failed: ${about}`, cause])
    expectContract('createOAuth2ClientSecret', reply.status, reply.body)
    expect(await secretsOf(appId)).toEqual(before)
  })

  it.each([
    ['of 14 characters', webBody(), 14],
    ['of 100 characters', webBody(), 100],
    ['of 32 characters for client_secret_jwt', hmacBody, 32],
  ])('takes a value %s', async (_, app, length) => {
    const appId = await createApp(server, app)
    const body = { client_secret: 'x'.repeat(length) }
    const { status } = await server.call(server.adminA, `POST /apps/${appId}/credentials/secrets`, body)
    expect(status).toBe(201)
  })

  it('400 ErrorMaxNumberOfSecrets, also for many at once', async () => {
    const appId = await createApp(server, webBody())
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => server.call(server.adminA, `POST /apps/${appId}/credentials/secrets`)),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const reply of replies.filter(({ status }) => status !== 201))
      expect(refusalOf(reply)).toEqual([
        400,
        'E0000001',
        'Api validation failed: OAuth2ClientSecretMediated',
        "You've reached the maximum number of client secrets per client.",
      ])
    expect(await secretsOf(appId)).toHaveLength(2)
  })

  it('400 ErrorDeactivateTheOnlyClientSecret, also when both are deactivated at once', async () => {
    const appId = await createApp(server, webBody())
    const path = `/apps/${appId}/credentials/secrets`
    await server.call(server.adminA, `POST ${path}`)
    const ids: string[] = (await secretsOf(appId)).map((secret: { id: string }) => secret.id)
    const replies = await Promise.all(
      ids.map((id) => server.call(server.adminA, `POST ${path}/${id}/lifecycle/deactivate`)),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(replies.filter(({ status }) => status === 400).map(refusalOf)).toEqual([
      [
        400,
        'E0000001',
        'Api validation failed: OAuth2ClientSecretMediated',
        "You can't deactivate the only active client secret.",
      ],
    ])
  })

  it('400 ErrorDeleteActiveSecret', async () => {
    const appId = await createApp(server, webBody())
    const [secret] = await secretsOf(appId)
    const reply = await server.call(server.adminA, `DELETE /apps/${appId}/credentials/secrets/${secret.id}`)
    expect(refusalOf(reply)).toEqual([
      400,
      'E0000001',
      'Api validation failed: OAuth2ClientSecretMediated',
      "You can't delete an active client secret. Deactivate the secret before deleting it.",
    ])
  })
})
