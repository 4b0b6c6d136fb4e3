import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../../src/directory/apis.ts'
import { createApplication } from '../../src/directory/applications.ts'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { DEFAULT_PRESENTATION } from '../../src/directory/presentation.ts'
import { blockKey } from '../../src/keys/blocked-keys.ts'
import { readJwks } from '../../src/keys/client-jwks/read-jwks.ts'
import { SCHEDULE } from '../../src/keys/client-jwks/schedule.ts'
import { buildHttp } from '../../src/start/http.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type DocumentServer, json, openDocuments } from '../support/documents.ts'

const pair = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}

describe.each(DATABASES)('a client that publishes its keys, on $name', (database) => {
  let authority: TestAuthority
  let app: ReturnType<typeof buildHttp>
  let host: DocumentServer
  let base: string
  let server: string
  let clientId: string
  const audience = 'https://orders.example.com'

  beforeAll(async () => {
    const silent = await openTestAuthority(database)
    let origin = silent.publicUrl
    authority = {
      ...silent,
      allowPrivateNetworks: true,
      get publicUrl() {
        return origin
      },
    }
    host = await openDocuments(json({ keys: [] }))
    app = buildHttp(authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    })
    origin = await app.listen({ host: '127.0.0.1', port: 0 })
    base = origin
    server = (
      await createAuthorizationServer(authority, authority.actorA, { name: 'orders', audiences: [audience] })
    ).id
    await createApi(authority, authority.actorA, {
      identifier: 'https://billing.example.com',
      name: 'billing',
      scopes: ['billing:read'],
      tokenFormat: 'jwt',
      authorizationServerId: server,
      accessTokenLifetime: 3_600,
    })
    const { application } = await createApplication(authority, authority.actorA, {
      label: 'Remote',
      metadata: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${host.origin}/keys`,
      },
      presentation: DEFAULT_PRESENTATION,
      status: 'ACTIVE',
    })
    clientId = application.clientId
  })
  afterAll(async () => {
    await app.close()
    await host.close()
    await authority.close()
  })

  async function ask({ kid, privateKey }: Awaited<ReturnType<typeof pair>>): Promise<number> {
    const endpoint = `${base}/oauth2/${server}/v1/token`
    // The OpenID library goes by the real clock, whatever ours says.
    const now = Math.floor(Date.now() / 1000)
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(endpoint)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(privateKey)
    const { status } = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'billing:read',
        resource: 'https://billing.example.com',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    })
    return status
  }

  it('authenticates by them, by a new one once it is seen, and never by a blocked one', async () => {
    const [one, two] = [await pair('one'), await pair('two')]
    host.answer(json({ keys: [one.jwk] }))
    expect(await ask(one)).toBe(200)
    expect(await ask(two)).toBe(401)
    host.answer(json({ keys: [one.jwk, two.jwk] }))
    // Within the quiet period nobody makes us ask again.
    expect(await ask(two)).toBe(401)
    authority.clock.advance(SCHEDULE.quiet)
    expect(await ask(two)).toBe(200)
    expect(await ask({ ...one, privateKey: two.privateKey })).toBe(401)
    const [published] = readJwks(Buffer.from(JSON.stringify({ keys: [one.jwk] }))).keys
    await authority.store.write({ organizationId: authority.actorA.organizationId }, (tx) =>
      blockKey(tx, authority.actorA, {
        thumbprint: published?.thumbprint ?? '',
        reason: { code: 'compromised' },
        cause: 'test',
        at: authority.clock.now(),
      }),
    )
    expect(await ask(one)).toBe(401)
    expect(await ask(two)).toBe(200)
    // Taken out of the set, it counts for five minutes at the longest.
    host.answer(json({ keys: [(await pair('three')).jwk] }))
    authority.clock.advance(SCHEDULE.fresh)
    expect(await ask(two)).toBe(401)
  })
})
