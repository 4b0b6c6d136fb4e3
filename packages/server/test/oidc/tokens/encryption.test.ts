/* To which key tokens are encrypted, and that none leaves in the clear where one is missing. */
import {
  type CryptoKey,
  calculateJwkThumbprint,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  type JWK,
} from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { createClient, createServer, fresh, type TestApi } from '../../support/management.ts'
import {
  authorize,
  clientToken,
  configurationOf,
  exchange,
  introspect,
  openWorld,
} from '../../support/oidc-world.ts'

type World = Awaited<ReturnType<typeof openWorld>>

async function encryptionPair(): Promise<{
  readonly jwk: JWK & { readonly kid: string }
  readonly key: CryptoKey
}> {
  const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
  return { jwk: { ...(await exportJWK(publicKey)), use: 'enc', kid: fresh('enc') }, key: privateKey }
}

async function fault(attempt: Promise<unknown>): Promise<unknown> {
  const failure: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return failure instanceof openid.ResponseBodyError ? failure.error : failure
}

describe.each(DATABASES)('encryption on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  it('of access tokens follows an activation with the very next token', async () => {
    const { admin, service } = world
    const api = await createServer(admin, 'encrypted')
    const keys = `/api/v1/authorizationServers/${api.serverId}/resourceservercredentials/keys`
    const before = await clientToken(service, api)
    const pair = await encryptionPair()
    const added = await admin.ok(`POST ${keys}`, { ...pair.jwk, status: 'INACTIVE' })
    await admin.ok(`POST ${keys}/${added.id}/lifecycle/activate`)
    const after = await clientToken(service, api)
    const opened = await compactDecrypt(after.access_token, pair.key)
    expect(opened.protectedHeader.kid).toBe(pair.jwk.kid)
    await expect(compactDecrypt(before.access_token, pair.key)).rejects.toThrow()
    for (const { access_token } of [before, after])
      expect(await introspect(world, api.issuer, access_token)).toMatchObject({ active: true })
  })

  it.each(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'])(
    'of access tokens is by %s where asked',
    async (alg) => {
      const { admin, service } = world
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      const identifier = `https://${fresh('api')}.example.com`
      const server = await admin.ok('POST /api/v1/authorizationServers', {
        name: fresh('server'),
        audiences: [identifier],
        accessTokenEncryptedResponseAlgorithm: alg,
        jwks: {
          keys: [{ ...(await exportJWK(publicKey)), alg: undefined, use: 'enc', kid: 'k', status: 'ACTIVE' }],
        },
      })
      const config = await configurationOf(service, server.issuer)
      const { access_token } = await openid.clientCredentialsGrant(config, { resource: identifier })
      const { protectedHeader } = await compactDecrypt(access_token, privateKey)
      expect(protectedHeader).toMatchObject({ alg, enc: 'A256GCM' })
    },
  )

  it('of access tokens is never left out: without a key there is no token', async () => {
    const { admin, service } = world
    const api: TestApi = await createServer(admin, 'encrypted')
    const keys = await admin.ok(
      `GET /api/v1/authorizationServers/${api.serverId}/resourceservercredentials/keys`,
    )
    const [{ kty, n, e }] = keys
    const before = await clientToken(service, api)
    await admin.revoke({ type: 'key', id: await calculateJwkThumbprint({ kty, n, e }) })
    expect(await fault(clientToken(service, api))).toBe('invalid_target')
    // What was issued stays: the key that it was encrypted to opened nothing for others.
    expect(await introspect(world, api.issuer, before.access_token)).toMatchObject({ active: true })
  })

  it('of ID tokens is to the ACTIVE key of the application, and without one there is none', async () => {
    const { admin, ada, apis } = world
    const pair = await encryptionPair()
    const client = await createClient(admin, {
      settings: {
        id_token_encrypted_response_alg: 'RSA-OAEP-256',
        jwks: { keys: [{ ...pair.jwk, status: 'ACTIVE' }] },
      },
    })
    const config = await configurationOf(client, apis.jwt.issuer)
    openid.enableDecryptingResponses(config, ['A256GCM'], {
      key: pair.key,
      alg: 'RSA-OAEP-256',
      kid: pair.jwk.kid,
    })
    const flow = { client, api: apis.jwt, person: ada }
    const { idToken = '', response } = await exchange(await authorize(flow))
    expect(response.claims()).toMatchObject({ sub: ada.id, aud: client.clientId })
    const { protectedHeader } = await compactDecrypt(idToken, pair.key)
    expect(protectedHeader).toMatchObject({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: pair.jwk.kid })
    const pending = await authorize(flow)
    const { kty, n = '', e = '' } = pair.jwk
    await admin.revoke({ type: 'key', id: await calculateJwkThumbprint({ kty: kty ?? 'RSA', n, e }) })
    expect(await fault(exchange(pending))).toBe('invalid_client_metadata')
  })
})
