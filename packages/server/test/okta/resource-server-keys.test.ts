import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addApiEncryptionKey } from '../../src/keys/api-encryption-keys.ts'
import { expectContract } from '../contract/validate.ts'
import { DATABASES } from '../support/databases.ts'
import { encryptionKey, rsaKey, rsaPair } from '../support/jwks.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

const TEXTS = {
  kid: "Each key must have a unique ''kid''.",
  short: "RSA key length in the 'jwks' is less than '2,048' bits for the given key.",
  limit:
    "You can't create a new key. You have reached the maximum number of keys allowed (5). To add another key, you must first delete an existing one.",
  active:
    "Keys cannot be created with an ''ACTIVE'' status. Create an ''INACTIVE'' key and then activate it.",
  remove: "''ACTIVE'' keys cannot be deleted. Activate another key before deleting this one.",
  deactivate: 'You cannot deactivate the active key when access token encryption is enabled.',
}

describe.each(DATABASES)('encryption keys of an authorization server on $name', (database) => {
  let server: TestOkta
  let client: okta.Client
  let authServerId: string

  beforeAll(async () => {
    server = await openTestOkta(database)
    const orgUrl = await server.listen()
    client = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null })
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    authServerId = await createServer()
  })

  async function createServer(more: object = {}): Promise<string> {
    const authorizationServer = { name: 'Orders', audiences: ['https://orders.example.com'], ...more }
    return String((await client.authorizationServerApi.createAuthorizationServer({ authorizationServer })).id)
  }
  async function add(key: object): Promise<string> {
    const body = { authServerId, oAuth2ResourceServerJsonWebKeyRequestBody: key }
    const added = await client.oauth2ResourceServerCredentialsKeysApi.addOAuth2ResourceServerJsonWebKey(body)
    return String(added.id)
  }
  const activate = (keyId: string) =>
    client.oauth2ResourceServerCredentialsKeysApi.activateOAuth2ResourceServerJsonWebKey({
      authServerId,
      keyId,
    })
  const deactivate = (keyId: string) =>
    client.oauth2ResourceServerCredentialsKeysApi.deactivateOAuth2ResourceServerJsonWebKey({
      authServerId,
      keyId,
    })
  const remove = (keyId: string) =>
    client.oauth2ResourceServerCredentialsKeysApi.deleteOAuth2ResourceServerJsonWebKey({
      authServerId,
      keyId,
    })
  const get = (keyId: string) =>
    client.oauth2ResourceServerCredentialsKeysApi.getOAuth2ResourceServerJsonWebKey({ authServerId, keyId })
  async function statuses(): Promise<unknown[]> {
    const listed = await client.oauth2ResourceServerCredentialsKeysApi.listOAuth2ResourceServerJsonWebKeys({
      authServerId,
    })
    const seen: unknown[] = []
    for await (const key of listed) if (key) seen.push([key.kid, key.status])
    return seen
  }

  it('leads two keys through their lives with the SDK', async () => {
    const first = await add(encryptionKey('one'))
    const second = await add(encryptionKey('two', { status: 'INACTIVE' }))
    expect(await statuses()).toEqual([
      ['one', 'INACTIVE'],
      ['two', 'INACTIVE'],
    ])
    expect(await activate(first)).toMatchObject({ id: first, status: 'ACTIVE' })
    expect(await activate(second)).toMatchObject({ id: second, status: 'ACTIVE' })
    expect(await statuses()).toEqual([
      ['one', 'INACTIVE'],
      ['two', 'ACTIVE'],
    ])
    expect(await deactivate(second)).toMatchObject({ status: 'INACTIVE' })
    expect(await remove(second)).toBeUndefined()
    await expect(get(second)).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' })
    expect(await get(first)).toMatchObject({ kid: 'one', kty: 'RSA', use: 'enc' })
  })

  it('shows members in order, and links by status only', async () => {
    const place = `/authorizationServers/${authServerId}/resourceservercredentials/keys`
    const added = await server.call(server.adminA, `POST ${place}`, encryptionKey('one', { alg: 'RS256' }))
    expectContract('addOAuth2ResourceServerJsonWebKey', added.status, added.body)
    const members = ['kty', 'id', 'created', 'lastUpdated', 'status', 'kid', 'use', '_links', 'e', 'n']
    expect(Object.keys(added.body)).toEqual(members)
    const href = `${server.authority.publicUrl}/api/v1${place}/${added.body.id}`
    expect(added.body._links).toEqual({
      activate: { href: `${href}/lifecycle/activate`, hints: { allow: ['POST'] } },
      delete: { href, hints: { allow: ['DELETE'] } },
    })
    const id = added.body.id
    const active = await server.call(server.adminA, `POST ${place}/${id}/lifecycle/activate`)
    expectContract('activateOAuth2ResourceServerJsonWebKey', active.status, active.body)
    expect(Object.keys(active.body)).toEqual(members.filter((member) => member !== '_links'))
    const again = await server.call(server.adminA, `POST ${place}/${id}/lifecycle/activate`)
    expect(again.body).toEqual(active.body)
    const listed = await server.call(server.adminA, `GET ${place}`)
    expectContract('listOAuth2ResourceServerJsonWebKeys', listed.status, listed.body)
    expect(listed.body).toEqual([active.body])
  })

  describe('refuses in Okta’s words', () => {
    const refusal = (text: string) => ({
      status: 400,
      errorCode: 'E0000001',
      errorSummary: 'Api validation failed: JsonWebKey',
      errorCauses: [{ errorSummary: text }],
    })

    it('a second key without a kid, and a kid that is taken', async () => {
      await add(encryptionKey('one'))
      await expect(add(encryptionKey('one'))).rejects.toMatchObject(refusal(TEXTS.kid))
      await expect(add(encryptionKey(null))).rejects.toMatchObject(refusal(TEXTS.kid))
    })
    it('a short modulus', async () => {
      await expect(add(rsaKey('short', { use: 'enc' }, 1024))).rejects.toMatchObject(refusal(TEXTS.short))
    })
    it('a sixth key', async () => {
      for (let n = 1; n <= 5; n += 1) await add(encryptionKey(`k${n}`, rsaPair('same').publicJwk))
      await expect(add(encryptionKey('k6'))).rejects.toMatchObject(refusal(TEXTS.limit))
    })
    it('one key more than the installation allows', async () => {
      const allowsOne = { ...server.authority, apiEncryptionKeyLimit: 1 }
      const { actorA } = server.authority
      await addApiEncryptionKey(allowsOne, actorA, authServerId, encryptionKey('one'))
      await expect(
        addApiEncryptionKey(allowsOne, actorA, authServerId, encryptionKey('two')),
      ).rejects.toMatchObject({ code: 'api_key_limit_reached', details: { limit: 1 } })
    })
    it('a key that comes ACTIVE', async () => {
      const key = encryptionKey('one', { status: 'ACTIVE' })
      await expect(add(key)).rejects.toMatchObject(refusal(TEXTS.active))
      expect(await statuses()).toEqual([])
    })
    it('to delete the active key', async () => {
      const id = await add(encryptionKey('one'))
      await activate(id)
      await expect(remove(id)).rejects.toMatchObject(refusal(TEXTS.remove))
    })
    it('to deactivate the key that access tokens are encrypted to, until encryption is off', async () => {
      const id = await add(encryptionKey('one'))
      await activate(id)
      const replace = (more: object) =>
        client.authorizationServerApi.replaceAuthorizationServer({
          authServerId,
          authorizationServer: { name: 'Orders', audiences: ['https://orders.example.com'], ...more },
        })
      await replace({ accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256' })
      await expect(deactivate(id)).rejects.toMatchObject(refusal(TEXTS.deactivate))
      await replace({})
      expect(await deactivate(id)).toMatchObject({ status: 'INACTIVE' })
    })
    it.each([
      ['an EC key', { kty: 'EC', kid: 'x', use: 'enc', crv: 'P-256', x: 'AA', y: 'AA' }],
      ['a signing key', rsaKey('x', { use: 'sig' })],
      ['a key without modulus', { kty: 'RSA', kid: 'x', use: 'enc', e: 'AQAB' }],
      ['an exponent of 3', encryptionKey('x', { e: 'Aw' })],
      ['a kid with a line end', encryptionKey('x', { kid: 'x\n' })],
      ['a number for a kid', encryptionKey('x', { kid: 7 } as never)],
    ])('%s', async (_, key) => {
      const place = `/authorizationServers/${authServerId}/resourceservercredentials/keys` as const
      const { status, body } = await server.call(server.adminA, `POST ${place}`, key)
      expect([status, body.errorCode]).toEqual([400, 'E0000001'])
      expect(await statuses()).toEqual([])
    })
    it('a private key, whose thumbprint is then blocked for ever', async () => {
      const { privateJwk, publicJwk } = rsaPair(`given away on ${database.name}`)
      const place = `/authorizationServers/${authServerId}/resourceservercredentials/keys` as const
      const secret = { ...privateJwk, use: 'enc', kid: 'x' }
      const { status, body } = await server.call(server.adminA, `POST ${place}`, secret)
      expect([status, body.errorCode]).toEqual([400, 'E0000001'])
      expect(server.logged()).not.toContain(String(privateJwk.d))
      await expect(add({ ...publicJwk, use: 'enc', kid: 'y' })).rejects.toMatchObject({
        status: 400,
        errorCauses: [{ errorSummary: 'The key was revoked and cannot be used again.' }],
      })
    })
  })

  it('answers 401, 403, 404 and 429 as documented', async () => {
    const id = await add(encryptionKey('one'))
    const place = `/authorizationServers/${authServerId}/resourceservercredentials/keys` as const
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    const stranger = { ...server.adminA, header: { authorization: 'SSWS 00unknown' } }
    const operations = [
      ['listOAuth2ResourceServerJsonWebKeys', `GET ${place}`],
      ['addOAuth2ResourceServerJsonWebKey', `POST ${place}`],
      ['getOAuth2ResourceServerJsonWebKey', `GET ${place}/${id}`],
      ['deleteOAuth2ResourceServerJsonWebKey', `DELETE ${place}/${id}`],
      ['activateOAuth2ResourceServerJsonWebKey', `POST ${place}/${id}/lifecycle/activate`],
      ['deactivateOAuth2ResourceServerJsonWebKey', `POST ${place}/${id}/lifecycle/deactivate`],
    ] as const
    for (const [operation, request] of operations) {
      const body = operation === 'addOAuth2ResourceServerJsonWebKey' ? encryptionKey('two') : undefined
      const unknown = await server.call(stranger, request, body)
      expect([unknown.status, unknown.body.errorCode]).toEqual([401, 'E0000011'])
      expectContract(operation, unknown.status, unknown.body)
      const nobody = await server.call(undefined, request, body)
      expect([nobody.status, nobody.body.errorCode]).toEqual([403, 'E0000005'])
      const foreign = await server.call(server.adminB, request, body)
      expect([foreign.status, foreign.body.errorSummary]).toEqual([
        404,
        `Not found: Resource not found: ${authServerId} (AuthorizationServer)`,
      ])
      if (!request.startsWith('GET')) {
        const denied = await server.call(reader, request, body)
        expect([denied.status, denied.body.errorCode]).toEqual([403, 'E0000006'])
        expectContract(operation, denied.status, denied.body)
      }
      if (request.includes(id)) {
        const gone = await server.call(
          server.adminA,
          request.replace(id, 'apk00000000000000000') as typeof request,
        )
        expect([gone.status, gone.body.errorSummary]).toEqual([
          404,
          'Not found: Resource not found: apk00000000000000000 (JsonWebKey)',
        ])
        expectContract(operation, gone.status, gone.body)
      }
    }
    expect(await statuses()).toEqual([['one', 'INACTIVE']])
  })

  it('says 429 with the headers that the SDK waits by', async () => {
    const limited = await openTestOkta(database, { requestsPerMinute: 1 })
    const place = 'GET /authorizationServers/ausx/resourceservercredentials/keys'
    await limited.call(limited.adminA, place)
    const { status, headers, body } = await limited.call(limited.adminA, place)
    expect([status, body.errorCode, headers['x-rate-limit-remaining']]).toEqual([429, 'E0000047', '0'])
    expectContract('listOAuth2ResourceServerJsonWebKeys', status, body)
    await limited.close()
  })

  it('leaves exactly one key active however many are activated at once', async () => {
    const ids: string[] = []
    for (let n = 1; n <= 5; n += 1) ids.push(await add(encryptionKey(`k${n}`, rsaPair('same').publicJwk)))
    await Promise.all([...ids, ...ids].map((id) => activate(id)))
    const active = (await statuses()).filter((status) => JSON.stringify(status).includes('"ACTIVE"'))
    expect(active).toHaveLength(1)
  })
})
