import { createLocalJWKSet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import type { TestApi } from '../../support/management.ts'
import { configurationOf, obtain, openWorld, userinfoStatus } from '../../support/oidc-world.ts'

const insecure = { [oauth.allowInsecureRequests]: true }

describe.each(DATABASES)('what issuers publish of themselves on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  let issuers: Readonly<Record<'custom' | 'own', string>>
  beforeAll(async () => {
    world = await openWorld(database)
    issuers = { custom: world.apis.jwt.issuer, own: world.publicUrl }
  })
  afterAll(() => world.close())

  describe.each(['custom', 'own'] as const)('the %s authorization server', (kind) => {
    it.each(['oidc', 'oauth2'] as const)('is discovered the way of %s', async (algorithm) => {
      const issuer = new URL(issuers[kind])
      const as = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { ...insecure, algorithm }),
      )
      expect(as).toMatchObject({
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        response_types_supported: ['code'],
      })
      const pages = [as.authorization_endpoint, as.end_session_endpoint, as.jwks_uri]
      const forms = [
        as.token_endpoint,
        as.userinfo_endpoint,
        as.introspection_endpoint,
        as.revocation_endpoint,
        as.device_authorization_endpoint,
        as.pushed_authorization_request_endpoint,
      ]
      for (const [method, endpoints] of [
        ['GET', pages],
        ['POST', forms],
      ] as const)
        for (const endpoint of endpoints) {
          expect(endpoint?.startsWith(issuers[kind])).toBe(true)
          const { status } = await fetch(endpoint ?? '', { method, redirect: 'manual' })
          // Whatever it says to a request that says nothing: it is there.
          expect({ endpoint, isThere: status !== 404 && status < 500 }).toEqual({ endpoint, isThere: true })
        }
    })
  })

  it("an organization's own issues ID tokens and tokens for userinfo", async () => {
    const { web: client, ada: person } = world
    const api: TestApi = { id: '', identifier: '', format: 'opaque', serverId: '', issuer: issuers.own }
    const tokens = await obtain({ client, api, person, scope: 'openid profile', withoutResource: true })
    const config = await configurationOf(client, issuers.own)
    const keys: unknown = await (await fetch(config.serverMetadata().jwks_uri ?? '')).json()
    const set = createLocalJWKSet(asJwks(keys))
    const { payload } = await jwtVerify(tokens.idToken ?? '', set, {
      issuer: issuers.own,
      audience: client.clientId,
    })
    expect(payload.sub).toBe(person.id)
    expect((await openid.fetchUserInfo(config, tokens.access, person.id)).sub).toBe(person.id)
    expect(await fetchedStatus(`${issuers.own}/oauth2/v1/userinfo`, tokens.access)).toBe(200)
    // Another issuer of the same organization does not know it.
    expect(await userinfoStatus(issuers.custom, tokens.access)).toBe(401)
  })
})

async function fetchedStatus(url: string, token: string): Promise<number> {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  await reply.body?.cancel()
  return reply.status
}

function asJwks(value: unknown): Parameters<typeof createLocalJWKSet>[0] {
  if (typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys))
    return { keys: value.keys }
  throw new TypeError('no key set')
}
