import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApplication } from '../../../src/directory/applications.ts'
import { createAuthorizationServer } from '../../../src/directory/authorization-servers.ts'
import { buildHttp } from '../../../src/start/http.ts'
import { openTestAuthority, type TestAuthority } from '../../support/authority.ts'
import { WEB } from '../../support/client-drafts.ts'
import { DATABASES } from '../../support/databases.ts'

describe('behind a proxy that ends TLS', () => {
  const [database] = DATABASES
  if (database === undefined) throw new TypeError('there is always a database')
  const publicUrl = 'https://id.example.com'
  let authority: TestAuthority
  let app: ReturnType<typeof buildHttp>
  beforeAll(async () => {
    authority = { ...(await openTestAuthority(database)), publicUrl }
    app = buildHttp(authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await authority.close()
  })

  it('addresses and cookies are those of the issuer, whatever the request says of itself', async () => {
    const server = await createAuthorizationServer(authority, authority.actorA, {
      name: 'Orders',
      description: '',
      audiences: ['https://orders.example.com'],
    })
    const { application } = await createApplication(authority, authority.actorA, { ...WEB, status: 'ACTIVE' })
    const query = new URLSearchParams({
      client_id: application.clientId,
      response_type: 'code',
      redirect_uri: 'https://shop.example.com/callback',
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const reply = await app.inject({
      url: `/oauth2/${server.id}/v1/authorize?${query}`,
      headers: {
        host: 'evil.example.com',
        'x-forwarded-host': 'evil.example.com',
        'x-forwarded-proto': 'http',
      },
    })
    expect(reply.statusCode).toBe(303)
    expect(reply.headers.location).toMatch(new RegExp(`^${publicUrl}/oauth2/${server.id}/v1/interaction/`))
    const cookies = [reply.headers['set-cookie']].flat().map(String)
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) expect(cookie).toMatch(/; secure; httponly$/i)

    const account = await app.inject({ url: `/oauth2/${server.id}/v1/account` })
    expect(String(account.headers['set-cookie'])).toMatch(/; Secure$/)
  })
})
