/*
 * How clients say who they are: every method at the token endpoint, which the OpenID library serves, and at our own
 * introspection and revocation endpoints. The rules are the same at all of them.
 */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { createClient, type TestClient } from '../../support/management.ts'
import { openWorld } from '../../support/oidc-world.ts'

type World = Awaited<ReturnType<typeof openWorld>>

const ENDPOINTS = ['token', 'introspect', 'revoke'] as const
type Endpoint = (typeof ENDPOINTS)[number]

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What each endpoint needs beside the client. */
const PARAMETERS: Readonly<Record<Endpoint, Readonly<Record<string, string>>>> = {
  token: { grant_type: 'client_credentials' },
  introspect: { token: 'x' },
  revoke: { token: 'x' },
}

interface Attempt {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

describe.each(DATABASES)('clients on $name', (database) => {
  let world: World
  const clients = new Map<TestClient['method'], TestClient>()
  beforeAll(async () => {
    world = await openWorld(database)
    for (const method of [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ] as const)
      clients.set(method, await createClient(world.admin, { type: 'service', method }))
  })
  afterAll(() => world.close())

  const clientOf = (method: TestClient['method']): TestClient => {
    const client = clients.get(method)
    if (client === undefined) throw new TypeError(method)
    return client
  }

  async function ask(endpoint: Endpoint, { headers, form }: Attempt) {
    const reply = await fetch(`${world.apis.jwt.issuer}/v1/${endpoint}`, {
      method: 'POST',
      headers: { ...headers },
      body: new URLSearchParams({ ...PARAMETERS[endpoint], ...form }),
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  async function assertion(
    { clientId, key, secret, method }: TestClient,
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, string>> {
    const now = Math.floor(Date.now() / 1000)
    const all = {
      iss: clientId,
      sub: clientId,
      aud: `${world.apis.jwt.issuer}/v1/token`,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
      ...claims,
    }
    const isHmac = method === 'client_secret_jwt'
    const signer = new SignJWT(all).setProtectedHeader({
      alg: isHmac ? 'HS256' : 'ES256',
      ...(key === undefined ? {} : { kid: key.kid }),
      ...header,
    })
    const signing = isHmac ? new TextEncoder().encode(secret) : key?.key
    if (signing === undefined) throw new TypeError('no key')
    return { client_assertion: await signer.sign(signing), client_assertion_type: ASSERTION_TYPE }
  }

  const basic = (id: string, secret = '') => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  })

  async function proof(client: TestClient): Promise<Attempt> {
    switch (client.method) {
      case 'client_secret_basic':
        return { headers: basic(client.clientId, client.secret) }
      case 'client_secret_post':
        return { form: { client_id: client.clientId, client_secret: client.secret ?? '' } }
      default:
        return { form: await assertion(client) }
    }
  }

  const METHODS = [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
  ] as const
  const EVERY = METHODS.flatMap((method) => ENDPOINTS.map((endpoint) => [method, endpoint] as const))

  it.each(EVERY)('%s is accepted at %s', async (method, endpoint) => {
    expect(await ask(endpoint, await proof(clientOf(method)))).toMatchObject({ status: 200 })
  })

  it.each(ENDPOINTS)('a secret may also come the other way at %s', async (endpoint) => {
    const [one, other] = [clientOf('client_secret_basic'), clientOf('client_secret_post')]
    const form = { client_id: one.clientId, client_secret: one.secret ?? '' }
    expect(await ask(endpoint, { form })).toMatchObject({ status: 200 })
    expect(await ask(endpoint, { headers: basic(other.clientId, other.secret) })).toMatchObject({
      status: 200,
    })
  })

  it.each(ENDPOINTS)('the audience of an assertion may be the issuer at %s', async (endpoint) => {
    const form = await assertion(clientOf('private_key_jwt'), { aud: world.apis.jwt.issuer })
    expect(await ask(endpoint, { form })).toMatchObject({ status: 200 })
  })

  it.each(['introspect', 'revoke'] as const)('or the endpoint itself at %s', async (endpoint) => {
    const form = await assertion(clientOf('private_key_jwt'), {
      aud: `${world.apis.jwt.issuer}/v1/${endpoint}`,
    })
    expect(await ask(endpoint, { form })).toMatchObject({ status: 200 })
  })

  const KID = 'The client_assertion JWT kid is invalid.'
  const FAILED = 'client authentication failed'
  const MULTIPLE = /^Can't supply multiple client credentials\./
  const refusals: readonly (readonly [string, () => Promise<Attempt>, number, string, string | RegExp])[] = [
    ['nothing', async () => ({}), 401, 'invalid_client', 'No client credentials found'],
    [
      'a wrong secret',
      async () => ({ headers: basic(clientOf('client_secret_basic').clientId, 'wrong') }),
      401,
      'invalid_client',
      FAILED,
    ],
    ['an unknown client', async () => ({ headers: basic('nobody', 'x') }), 401, 'invalid_client', FAILED],
    [
      'a secret where a key is registered',
      async () => ({ headers: basic(clientOf('private_key_jwt').clientId, 'x') }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'a name where a secret is registered',
      async () => ({ form: { client_id: clientOf('client_secret_post').clientId } }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'two ways at once',
      async () => ({
        ...(await proof(clientOf('client_secret_basic'))),
        form: { client_id: clientOf('client_secret_basic').clientId, client_secret: 'x' },
      }),
      400,
      'invalid_request',
      MULTIPLE,
    ],
    [
      'an assertion of another type',
      async () => ({
        form: { ...(await assertion(clientOf('private_key_jwt'))), client_assertion_type: 'urn:x' },
      }),
      400,
      'invalid_request',
      'The `client_assertion_type` is invalid.',
    ],
    [
      'an assertion with the kid of no key',
      async () => ({ form: await assertion(clientOf('private_key_jwt'), {}, { kid: 'other' }) }),
      401,
      'invalid_client',
      KID,
    ],
    [
      'an assertion for somebody else',
      async () => ({
        form: await assertion(clientOf('private_key_jwt'), { aud: 'https://other.example.com' }),
      }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion that has expired',
      async () => ({ form: await assertion(clientOf('private_key_jwt'), { exp: 1_700_000_000 }) }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion without end',
      async () => ({ form: await assertion(clientOf('private_key_jwt'), { exp: undefined }) }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion good for longer than an hour',
      async () => ({
        form: await assertion(clientOf('private_key_jwt'), { exp: Math.floor(Date.now() / 1000) + 7_200 }),
      }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion without an id',
      async () => ({ form: await assertion(clientOf('private_key_jwt'), { jti: undefined }) }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion issued by another',
      async () => ({ form: await assertion(clientOf('private_key_jwt'), { iss: 'other' }) }),
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion of HMAC where a key is registered',
      async () => {
        const { clientId } = clientOf('private_key_jwt')
        return { form: await assertion({ ...clientOf('client_secret_jwt'), clientId }) }
      },
      401,
      'invalid_client',
      FAILED,
    ],
    [
      'an assertion signed with a key that nobody registered',
      async () => {
        const client = clientOf('private_key_jwt')
        const { privateKey } = await generateKeyPair('ES256')
        return { form: await assertion({ ...client, key: { kid: client.key?.kid ?? '', key: privateKey } }) }
      },
      401,
      'invalid_client',
      FAILED,
    ],
  ]

  describe.each(refusals)('%s', (_name, make, status, error, description) => {
    it.each(ENDPOINTS)('is refused at %s', async (endpoint) => {
      const reply = await ask(endpoint, await make())
      const text = typeof description === 'string' ? description : expect.stringMatching(description)
      expect([reply.status, reply.body]).toEqual([status, { error, error_description: text }])
    })
  })

  it.each(ENDPOINTS)('an Authorization header that fails is challenged at %s', async (endpoint) => {
    const { headers } = await ask(endpoint, { headers: basic('nobody', 'x') })
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  })

  it.each(['introspect', 'revoke'] as const)('a token is required at %s', async (endpoint) => {
    const { headers = {} } = await proof(clientOf('client_secret_basic'))
    const reply = await ask(endpoint, { headers, form: { token: '' } })
    expect([reply.status, reply.body]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The `token` parameter is required.' },
    ])
  })

  it('a key that was deactivated a millisecond ago authenticates nowhere', async () => {
    const { admin } = world
    const client = await createClient(admin, { type: 'service', method: 'private_key_jwt' })
    for (const endpoint of ENDPOINTS)
      expect(await ask(endpoint, { form: await assertion(client) })).toMatchObject({ status: 200 })
    const spare = await generateKeyPair('ES256', { extractable: true })
    const added = await admin.ok(`POST /api/v1/apps/${client.id}/credentials/jwks`, {
      ...(await exportJWK(spare.publicKey)),
      kid: 'spare',
      use: 'sig',
      alg: 'ES256',
      status: 'ACTIVE',
    })
    const { keys } = await admin.ok(`GET /api/v1/apps/${client.id}/credentials/jwks`)
    const old = keys.find((key: { kid: string }) => key.kid === client.key?.kid)
    expect(added.kid).toBe('spare')
    await admin.ok(`POST /api/v1/apps/${client.id}/credentials/jwks/${old.id}/lifecycle/deactivate`)
    for (const endpoint of ENDPOINTS) {
      const reply = await ask(endpoint, { form: await assertion(client) })
      expect([reply.status, reply.body.error_description]).toEqual([401, KID])
      const now = { ...client, key: { kid: 'spare', key: spare.privateKey } }
      expect(await ask(endpoint, { form: await assertion(now) })).toMatchObject({ status: 200 })
    }
  })

  it('two secrets are good while both are active, by every method of secrets', async () => {
    const { admin } = world
    for (const method of ['client_secret_basic', 'client_secret_jwt'] as const) {
      const client = await createClient(admin, { type: 'service', method })
      const second = await admin.ok(`POST /api/v1/apps/${client.id}/credentials/secrets`)
      const successor = { ...client, secret: String(second.client_secret) }
      for (const endpoint of ENDPOINTS)
        for (const each of [client, successor])
          expect(await ask(endpoint, await proof(each))).toMatchObject({ status: 200 })
      const [first] = await admin.ok(`GET /api/v1/apps/${client.id}/credentials/secrets`)
      await admin.ok(`POST /api/v1/apps/${client.id}/credentials/secrets/${first.id}/lifecycle/deactivate`)
      for (const endpoint of ENDPOINTS) {
        expect(await ask(endpoint, await proof(client))).toMatchObject({ status: 401 })
        expect(await ask(endpoint, await proof(successor))).toMatchObject({ status: 200 })
      }
    }
  })

  it('a deactivated application authenticates nowhere', async () => {
    const client = await createClient(world.admin, { type: 'service', method: 'client_secret_basic' })
    expect(await ask('introspect', await proof(client))).toMatchObject({ status: 200 })
    await world.admin.ok(`POST /api/v1/apps/${client.id}/lifecycle/deactivate`)
    for (const endpoint of ENDPOINTS)
      expect(await ask(endpoint, await proof(client))).toMatchObject({ status: 401 })
  })

  it.each([
    ['token', ['token']],
    ['introspect', ['introspect']],
    ['all three', ENDPOINTS],
  ] as const)(
    'of a hundred that present one assertion at once, one passes at %s',
    async (_name, endpoints) => {
      const form = await assertion(clientOf('private_key_jwt'))
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          ask(endpoints[index % endpoints.length] ?? 'token', { form }),
        ),
      )
      const count = (status: number) => replies.filter((reply) => reply.status === status).length
      expect([count(200), count(401)]).toEqual([1, 99])
    },
  )

  it('an assertion is spent at one endpoint for all of them', async () => {
    const form = await assertion(clientOf('private_key_jwt'), { aud: world.apis.jwt.issuer })
    expect(await ask('introspect', { form })).toMatchObject({ status: 200 })
    for (const endpoint of ENDPOINTS) expect(await ask(endpoint, { form })).toMatchObject({ status: 401 })
  })
})
