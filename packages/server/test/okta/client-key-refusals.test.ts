import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, serviceBody, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey, encryptionKey, rsaKey, type TestJwk } from '../support/jwks.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

/** What an application has before the refused call, and the call: adding a key, or an operation on a key by kid. */
interface Refusal {
  /** Of Okta's published error examples. */
  readonly name: string
  readonly cause: string
  readonly app?: unknown
  readonly keys: readonly TestJwk[]
  readonly call: { readonly add: object } | { readonly deactivate: string } | { readonly delete: string }
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'ErrorClientJsonWebKeyNonUniqueKid, adding without a kid to others',
    cause:
      'Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs.',
    keys: [ecKey('a')],
    call: { add: ecKey(null) },
  },
  {
    name: 'ErrorClientJsonWebKeyNonUniqueKid, adding to one without a kid',
    cause:
      'Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs.',
    keys: [ecKey(null)],
    call: { add: ecKey('b') },
  },
  {
    name: 'ErrorClientJsonWebKeyDuplicateKid',
    cause: "All keys in the 'jwks' must have a unique `kid`.",
    keys: [ecKey('a')],
    call: { add: rsaKey('a') },
  },
  {
    name: 'ErrorClientJsonWebKeyKidLengthTooShort',
    cause: "RSA key length in the 'jwks' is less than '2,048' bits for the given key.",
    keys: [],
    call: { add: rsaKey('short', {}, 1024) },
  },
  {
    name: 'ErrorClientJsonWebKeyTooManyKids',
    cause:
      "You can't create a new key. You have reached the maximum number of keys allowed (50). To add another key, you must first delete an existing one.",
    app: serviceBody({ client: { jwks: { keys: Array.from({ length: 50 }, (_, n) => ecKey(`k${n}`)) } } }),
    keys: [],
    call: { add: ecKey('k50') },
  },
  {
    name: 'ErrorOnlyOneActiveEncryptionKeyAllowed',
    cause: "The client can have only one active encryption key in the 'jwks'.",
    keys: [encryptionKey('e1')],
    call: { add: encryptionKey('e2') },
  },
  {
    name: 'ErrorDeactivateTheOnlyKeyWithPrivateKeyJwtAuthMethod',
    cause:
      "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`.",
    keys: [ecKey('a'), ecKey('b', { status: 'INACTIVE' }), encryptionKey('e')],
    call: { deactivate: 'a' },
  },
  {
    name: 'ErrorDeactivateTheOnlyKeyWithRequestObjectSignAlgorithm',
    cause:
      'The `jwks` must contain at least one key with an algorithm matching the `request_object_signature_algorithm`.',
    app: webBody({ client: { request_object_signing_alg: 'ES256' } }),
    keys: [ecKey('a'), rsaKey('b')],
    call: { deactivate: 'a' },
  },
  {
    name: 'ErrorDeactivateEncryptionKey',
    cause: "You can't deactivate the active encryption key.",
    app: serviceBody({ client: { id_token_encrypted_response_alg: 'RSA-OAEP-256' } }),
    keys: [ecKey('a'), encryptionKey('e')],
    call: { deactivate: 'e' },
  },
  {
    name: 'ErrorDeleteActiveJsonWebKey',
    cause: "You can't delete an active JSON Web Key. Deactivate the key before deleting it.",
    keys: [ecKey('a'), ecKey('b')],
    call: { delete: 'b' },
  },
]

type KeysApi = okta.Client['applicationSSOPublicKeysApi']
type SdkCall = (api: KeysApi, at: { readonly appId: string; readonly keyId: string }) => Promise<unknown>

const NEW_KEY: object = ecKey('x')

const SDK_CALLS: readonly (readonly [operation: string, call: SdkCall])[] = [
  ['listJwk', (api, { appId }) => api.listJwk({ appId })],
  ['addJwk', (api, { appId }) => api.addJwk({ appId, addJwkRequest: NEW_KEY })],
  ['getJwk', (api, at) => api.getJwk(at)],
  ['deletejwk', (api, at) => api.deletejwk(at)],
  ['activateOAuth2ClientJsonWebKey', (api, at) => api.activateOAuth2ClientJsonWebKey(at)],
  ['deactivateOAuth2ClientJsonWebKey', (api, at) => api.deactivateOAuth2ClientJsonWebKey(at)],
]

describe.each(DATABASES)("refusals of a client's keys on $name", (database) => {
  let server: TestOkta
  let orgUrl: string

  beforeAll(async () => {
    server = await openTestOkta(database)
    orgUrl = await server.listen()
  })
  afterAll(() => server.close())

  const sdk = (token: string) => new okta.Client({ orgUrl, token, cacheMiddleware: null })

  async function appWith(app: unknown, keys: readonly TestJwk[]): Promise<Map<string | null, string>> {
    const ids = new Map<string | null, string>()
    const appId = await createApp(server, app)
    ids.set('', appId)
    for (const key of keys) {
      const { body } = await server.call(server.adminA, `POST /apps/${appId}/credentials/jwks`, key)
      ids.set(key.kid ?? null, String(body.id))
    }
    return ids
  }

  it.each(REFUSALS)('400 $name', async ({ cause, app, keys, call }) => {
    const ids = await appWith(app, keys)
    const appId = String(ids.get(''))
    const before = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
    const api = sdk(server.adminA.token).applicationSSOPublicKeysApi
    const refused =
      'add' in call
        ? api.addJwk({ appId, addJwkRequest: call.add })
        : 'deactivate' in call
          ? api.deactivateOAuth2ClientJsonWebKey({ appId, keyId: String(ids.get(call.deactivate)) })
          : api.deletejwk({ appId, keyId: String(ids.get(call.delete)) })
    await expect(refused).rejects.toMatchObject({
      status: 400,
      errorCode: 'E0000001',
      errorSummary: 'Api validation failed: JsonWebKey',
      errorLink: 'E0000001',
      errorCauses: [{ errorSummary: cause }],
    })
    const after = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
    expect(after.body).toEqual(before.body)
  })

  it.each(SDK_CALLS)('401, 403 and 404, as the SDK reports them: %s', async (_, call) => {
    const appId = await createApp(server, serviceBody({ client: { jwks: { keys: [ecKey('a')] } } }))
    const { body } = await server.call(server.adminA, `GET /apps/${appId}/credentials/jwks`)
    const keyId = String(body.keys[0].id)
    const nobody = await createCredential(server.authority, server.authority.actorA)
    const as = (token: string, at: { readonly appId: string; readonly keyId: string }) =>
      call(sdk(token).applicationSSOPublicKeysApi, at)
    await expect(as('unknown', { appId, keyId })).rejects.toMatchObject({
      status: 401,
      errorCode: 'E0000011',
      errorSummary: 'Invalid token provided',
    })
    await expect(as(nobody.token, { appId, keyId })).rejects.toMatchObject({
      status: 403,
      errorCode: 'E0000006',
      errorSummary: 'You do not have permission to perform the requested action',
    })
    const missing = '0oa00000000000000000'
    await expect(as(server.adminA.token, { appId: missing, keyId })).rejects.toMatchObject({
      status: 404,
      errorCode: 'E0000007',
      errorSummary: `Not found: Resource not found: ${missing} (AppInstance)`,
    })
  })
})

describe.each(DATABASES)("the rate limit before a client's keys on $name", (database) => {
  it('429, as the SDK reports it, for every operation', async () => {
    const server = await openTestOkta(database, { requestsPerMinute: 1 })
    const client = new okta.Client({
      orgUrl: await server.listen(),
      token: server.adminA.token,
      cacheMiddleware: null,
      requestExecutor: new okta.DefaultRequestExecutor({ maxRetries: 0, requestTimeout: 0 }),
    })
    await server.call(server.adminA, 'GET /apps')
    for (const [, call] of SDK_CALLS)
      await expect(
        call(client.applicationSSOPublicKeysApi, { appId: '0oa00000000000000000', keyId: 'pks' }),
      ).rejects.toMatchObject({
        status: 429,
        errorCode: 'E0000047',
        errorSummary: 'API call exceeded rate limit due to too many requests.',
      })
    await server.close()
  })
})
