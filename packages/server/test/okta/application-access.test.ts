import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, type OperationId } from '../contract/validate.ts'
import { createApp, refusalOf, serviceBody, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey } from '../support/jwks.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

interface Operation {
  /** Where Okta's documents describe it. */
  readonly contract?: OperationId
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

const JWKS = '/apps/{appId}/credentials/jwks'
const SECRETS = '/apps/{appId}/credentials/secrets'

/** Everything that is served of applications, their secrets and their keys. */
const OPERATIONS: readonly Operation[] = [
  { contract: 'listApplications', method: 'GET', path: '/apps' },
  { contract: 'createApplication', method: 'POST', path: '/apps', body: serviceBody() },
  { contract: 'getApplication', method: 'GET', path: '/apps/{appId}' },
  { contract: 'replaceApplication', method: 'PUT', path: '/apps/{appId}', body: serviceBody() },
  { contract: 'deleteApplication', method: 'DELETE', path: '/apps/{appId}' },
  { method: 'POST', path: '/apps/{appId}/lifecycle/activate' },
  { method: 'POST', path: '/apps/{appId}/lifecycle/deactivate' },
  { contract: 'listJwk', method: 'GET', path: JWKS },
  { contract: 'addJwk', method: 'POST', path: JWKS, body: ecKey('x') },
  { contract: 'getJwk', method: 'GET', path: `${JWKS}/{keyId}` },
  { contract: 'deletejwk', method: 'DELETE', path: `${JWKS}/{keyId}` },
  {
    contract: 'activateOAuth2ClientJsonWebKey',
    method: 'POST',
    path: `${JWKS}/{keyId}/lifecycle/activate`,
  },
  {
    contract: 'deactivateOAuth2ClientJsonWebKey',
    method: 'POST',
    path: `${JWKS}/{keyId}/lifecycle/deactivate`,
  },
  { contract: 'listOAuth2ClientSecrets', method: 'GET', path: SECRETS },
  { contract: 'createOAuth2ClientSecret', method: 'POST', path: SECRETS },
  { contract: 'getOAuth2ClientSecret', method: 'GET', path: `${SECRETS}/{secretId}` },
  { contract: 'deleteOAuth2ClientSecret', method: 'DELETE', path: `${SECRETS}/{secretId}` },
  {
    contract: 'activateOAuth2ClientSecret',
    method: 'POST',
    path: `${SECRETS}/{secretId}/lifecycle/activate`,
  },
  {
    contract: 'deactivateOAuth2ClientSecret',
    method: 'POST',
    path: `${SECRETS}/{secretId}/lifecycle/deactivate`,
  },
]

const within = (part: string) => OPERATIONS.filter(({ path }) => path.includes(part))

describe.each(DATABASES)('who may do what with applications on $name', (database) => {
  let server: TestOkta
  let ids: { readonly appId: string; readonly keyId: string; readonly secretId: string }

  beforeAll(async () => {
    server = await openTestOkta(database)
    const appId = await createApp(server, webBody({ client: { jwks: { keys: [ecKey('a')] } } }))
    const keys = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
    const secrets = await server.call(server.adminA, `GET /apps/${appId}/credentials/secrets`)
    ids = { appId, keyId: String(keys.body.keys[0].id), secretId: String(secrets.body[0].id) }
  })
  afterAll(() => server.close())

  const place = ({ method, path }: Operation, given: Partial<typeof ids> = {}) => {
    const { appId, keyId, secretId } = { ...ids, ...given }
    const filled = path.replace('{appId}', appId).replace('{keyId}', keyId).replace('{secretId}', secretId)
    return `${method} ${filled}` as const
  }

  async function expectRefusal(
    operation: Operation,
    who: Parameters<TestOkta['call']>[0],
    at: ReturnType<typeof place>,
    refusal: readonly unknown[],
  ): Promise<void> {
    const reply = await server.call(who, at, operation.body)
    expect(refusalOf(reply)).toEqual(refusal)
    if (operation.contract !== undefined) expectContract(operation.contract, reply.status, reply.body)
  }

  it.each(OPERATIONS)('401 for a token that is not known: $method $path', async (operation) => {
    const stranger = { ...server.adminA, header: { authorization: 'SSWS nobody' } }
    await expectRefusal(operation, stranger, place(operation), [401, 'E0000011', 'Invalid token provided'])
  })

  it.each(OPERATIONS)('403 for a caller without the role: $method $path', async (operation) => {
    const nobody = await createCredential(server.authority, server.authority.actorA)
    await expectRefusal(operation, nobody, place(operation), [
      403,
      'E0000006',
      'You do not have permission to perform the requested action',
    ])
  })

  it.each(OPERATIONS.filter(({ method }) => method !== 'GET'))(
    '403 for a reader who would write: $method $path',
    async (operation) => {
      const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
      const reply = await server.call(reader, place(operation), operation.body)
      expect(reply.status).toBe(403)
    },
  )

  it.each(within('{appId}'))(
    '404 where the application is nobody’s or another organization’s: $method $path',
    async (operation) => {
      const missing = '0oa00000000000000000'
      const refusal = (id: string) => [404, 'E0000007', `Not found: Resource not found: ${id} (AppInstance)`]
      await expectRefusal(operation, server.adminA, place(operation, { appId: missing }), refusal(missing))
      await expectRefusal(operation, server.adminB, place(operation), refusal(ids.appId))
    },
  )

  it.each(within('{keyId}'))(
    '404 for a key that is not there, or named by its kid: $method $path',
    async (operation) => {
      for (const keyId of ['pks00000000000000000', 'a'])
        await expectRefusal(operation, server.adminA, place(operation, { keyId }), [
          404,
          'E0000007',
          `Not found: Resource not found: ${keyId} (JsonWebKey)`,
        ])
    },
  )

  it.each(within('{secretId}'))('404 for a secret that is not there: $method $path', async (operation) => {
    const secretId = 'ocs00000000000000000'
    await expectRefusal(operation, server.adminA, place(operation, { secretId }), [
      404,
      'E0000007',
      `Not found: Resource not found: ${secretId} (OAuth2ClientSecretMediated)`,
    ])
  })

  it('lists nothing of another organization', async () => {
    expect((await server.call(server.adminB, 'GET /apps')).body).toEqual([])
    const filter = encodeURIComponent(`id eq "${ids.appId}"`)
    expect((await server.call(server.adminB, `GET /apps?filter=${filter}`)).body).toEqual([])
    expect((await server.call(server.adminA, `GET /apps?filter=${filter}`)).body).toHaveLength(1)
  })
})

describe.each(DATABASES)('the rate limit on $name', (database) => {
  it('429 for every operation, in the envelope', async () => {
    const server = await openTestOkta(database, { requestsPerMinute: 1 })
    await server.call(server.adminA, 'GET /apps')
    for (const { contract, method, path, body } of OPERATIONS) {
      const reply = await server.call(server.adminA, `${method} ${path.replaceAll(/[{}]/g, '')}`, body)
      expect(refusalOf(reply)).toEqual([
        429,
        'E0000047',
        'API call exceeded rate limit due to too many requests.',
      ])
      expect(reply.headers['x-rate-limit-remaining']).toBe('0')
      if (contract !== undefined) expectContract(contract, reply.status, reply.body)
    }
    await server.close()
  })
})
