/* Tokens that are bound to a key (RFC 9449): they are of no use to whoever has only the token. */
import { randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { getDPoPHandle } from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { createClient, type TestApi, type TestClient, TOKEN_FORMATS } from '../../support/management.ts'
import { configurationOf, dpopOf, introspect, obtain, openWorld, refresh } from '../../support/oidc-world.ts'

type World = Awaited<ReturnType<typeof openWorld>>
type Pair = Awaited<ReturnType<typeof generateKeyPair>>

const INSECURE = { [oauth.allowInsecureRequests]: true }

describe.each(DATABASES)('proof of possession on $name', (database) => {
  let world: World
  let pair: Pair
  beforeAll(async () => {
    world = await openWorld(database)
    pair = await generateKeyPair('ES256', { extractable: true })
  })
  afterAll(() => world.close())

  /** A token for userinfo that is bound to `pair`, by `oauth4webapi`, which is told of the nonce by an error. */
  async function boundToken(api: TestApi): Promise<{ readonly access: string; readonly client: TestClient }> {
    const { access } = await obtain({
      client: world.web,
      api,
      person: world.ada,
      dpop: await dpopFor(api),
    })
    return { access, client: world.web }
  }

  async function dpopFor(api: TestApi) {
    return getDPoPHandle(await configurationOf(world.web, api.issuer), pair)
  }

  async function proofOf(
    url: string,
    token: string,
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
    keys = pair,
  ): Promise<string> {
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))).toString(
      'base64url',
    )
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ jti: randomUUID(), htm: 'GET', htu: url, iat: now, ath, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(keys.publicKey), ...header })
      .sign(keys.privateKey)
  }

  async function ask(api: TestApi, token: string, proof: string | undefined, scheme = 'DPoP') {
    const reply = await fetch(`${api.issuer}/v1/userinfo`, {
      headers: { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) },
    })
    return { status: reply.status, challenge: reply.headers.get('www-authenticate') }
  }

  it.each(TOKEN_FORMATS)(
    'a %s token says by which key, and is accepted with a proof of it',
    async (format) => {
      const api = world.apis[format]
      const { access } = await boundToken(api)
      const jkt = await calculateJwkThumbprint(await exportJWK(pair.publicKey))
      expect(await introspect(world, api.issuer, access)).toMatchObject({ token_type: 'DPoP', cnf: { jkt } })
      const url = `${api.issuer}/v1/userinfo`
      expect(await ask(api, access, await proofOf(url, access))).toMatchObject({ status: 200 })
    },
  )

  it.each(TOKEN_FORMATS)('a %s token is refused in every other way', async (format) => {
    const api = world.apis[format]
    const { access } = await boundToken(api)
    const plain = await obtain({ client: world.web, api, person: world.ada })
    const url = `${api.issuer}/v1/userinfo`
    const stranger = await generateKeyPair('ES256', { extractable: true })
    const now = Math.floor(Date.now() / 1000)
    const cases: readonly (readonly [string, string, string | undefined, string])[] = [
      ['as a bearer token', access, undefined, 'Bearer'],
      ['as a bearer token with a proof', access, await proofOf(url, access), 'Bearer'],
      ['without a proof', access, undefined, 'DPoP'],
      ['with a proof by another key', access, await proofOf(url, access, {}, {}, stranger), 'DPoP'],
      ['with a proof for another token', access, await proofOf(url, plain.access), 'DPoP'],
      ['with a proof for another method', access, await proofOf(url, access, { htm: 'POST' }), 'DPoP'],
      ['with a proof for another address', access, await proofOf(`${url}x`, access), 'DPoP'],
      ['with a proof of yesterday', access, await proofOf(url, access, { iat: now - 86_400 }), 'DPoP'],
      ['with a proof of tomorrow', access, await proofOf(url, access, { iat: now + 86_400 }), 'DPoP'],
      ['with a proof without an id', access, await proofOf(url, access, { jti: undefined }), 'DPoP'],
      ['with a proof of another type', access, await proofOf(url, access, {}, { typ: 'JWT' }), 'DPoP'],
      [
        'with a proof that gives the private key away',
        access,
        await proofOf(url, access, {}, { jwk: await exportJWK(pair.privateKey) }),
        'DPoP',
      ],
      ['with nonsense', access, 'a.b.c', 'DPoP'],
      ['where the token is not bound', plain.access, await proofOf(url, plain.access), 'DPoP'],
    ]
    for (const [name, token, proof, scheme] of cases) {
      const { status, challenge } = await ask(api, token, proof, scheme)
      expect([name, status, challenge]).toEqual([
        name,
        401,
        expect.stringMatching(new RegExp(`^${scheme} .*error="`)),
      ])
    }
  })

  it('of a hundred that present one proof at once, one passes', async () => {
    const api = world.apis.jwt
    const { access } = await boundToken(api)
    const proof = await proofOf(`${api.issuer}/v1/userinfo`, access)
    const replies = await Promise.all(Array.from({ length: 100 }, () => ask(api, access, proof)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(99)
  })

  it('is kept through a refresh', async () => {
    const api = world.apis.opaque
    const tokens = await obtain({
      client: world.native,
      api,
      person: world.ada,
      dpop: await dpopOf(world.native, api.issuer),
    })
    expect(await introspect(world, api.issuer, (await refresh(tokens)).access)).toMatchObject({
      token_type: 'DPoP',
    })
  })

  it('is asked for with a nonce at the token endpoint, once per attempt', async () => {
    const api = world.apis.jwt
    const service = await createClient(world.admin, {
      type: 'service',
      method: 'client_secret_basic',
      settings: { dpop_bound_access_tokens: true },
    })
    const issuer = new URL(api.issuer)
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE }),
    )
    const client: oauth.Client = { client_id: service.clientId }
    const dpop = oauth.DPoP(client, pair)
    const request = (options: object) =>
      oauth.clientCredentialsGrantRequest(
        server,
        client,
        oauth.ClientSecretBasic(service.secret ?? ''),
        { resource: api.identifier },
        { ...INSECURE, ...options },
      )
    const fault = async (response: Response): Promise<unknown> => JSON.parse(await response.text()).error
    expect(await fault(await request({}))).toBe('invalid_grant')
    const first = await request({ DPoP: dpop })
    await expect(oauth.processClientCredentialsResponse(server, client, first)).rejects.toThrow()
    const second = await oauth.processClientCredentialsResponse(server, client, await request({ DPoP: dpop }))
    expect(second.token_type).toBe('dpop')
    expect(await introspect(world, api.issuer, second.access_token)).toMatchObject({ token_type: 'DPoP' })
  })
})
