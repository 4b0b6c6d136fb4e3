import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preparePassword } from '../../src/directory/passwords.ts'
import { addRole } from '../../src/directory/roles-of-users.ts'
import { createUser } from '../../src/directory/users.ts'
import { Secret } from '../../src/secrets/index.ts'
import { buildHttp } from '../../src/start/http.ts'
import { bindPort } from '../../src/start/port.ts'
import { SYSTEM } from '../../src/store/index.ts'
import { ORGANIZATION_A, openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { Browser, formWith, pageOf } from '../support/browser.ts'
import { DATABASES } from '../support/databases.ts'

const PASSWORD = 'correct horse battery staple'

/** What does not depend on the database: cookies and addresses behind a proxy that ends TLS. */
describe('the console behind a proxy that ends TLS', () => {
  const [database] = DATABASES
  if (database === undefined) throw new TypeError('there is always a database')
  let authority: TestAuthority
  let app: ReturnType<typeof buildHttp>
  let local: string
  beforeAll(async () => {
    const bound = await bindPort('127.0.0.1', 0)
    local = `http://localhost:${bound.number}`
    authority = {
      ...(await openTestAuthority(database)),
      publicUrl: 'https://id.example.com',
      clock: { now: () => Date.now(), advance() {} },
    }
    await authority.store.write(SYSTEM, ({ db }) =>
      db
        .updateTable('organizations')
        .set({ subdomain: 'default' })
        .where('id', '=', ORGANIZATION_A)
        .execute(),
    )
    app = buildHttp(authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: ['127.0.0.1'],
      draining: () => false,
    })
    await app.ready()
    const listening = once(app.server, 'listening')
    app.server.listen(bound.handle)
    await listening
  })
  afterAll(async () => {
    await app.close()
    await authority.close()
  })

  it('keeps its session in a cookie that browsers hold to this host and https', async () => {
    const login = 'ada@example.com'
    const user = await createUser(authority, authority.actorA, {
      profile: { login, email: login },
      password: await preparePassword(new Secret(PASSWORD), login),
      activate: true,
    })
    await authority.store.write({ organizationId: ORGANIZATION_A }, (tx) =>
      addRole(tx, authority.actorA, user.id, 'organization_admin', authority.clock.now()),
    )
    let callback: URL | undefined
    const browser = new Browser(authority.publicUrl, ({ pathname, search }) => {
      const url = new URL(`${pathname}${search}`, local)
      if (pathname !== '/console/callback') return url
      callback = url
      return new URL('/healthz', local)
    })
    const page = pageOf(await browser.open(`${authority.publicUrl}/console/sign-in`))
    await browser.submit(page, formWith(page, 'sign-in'), { login, password: PASSWORD, do: 'sign-in' })
    if (callback === undefined) throw new Error('never came back')
    const begun = { cookie: browser.cookiesFor(callback) }
    const answered = await fetch(callback, { headers: begun, redirect: 'manual' })
    expect(answered.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-rescind_sign_in=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax; Secure$/),
      expect.stringMatching(/^__Host-rescind=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
    ])
    const cookie = answered.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const session = await fetch(`${local}/console/session`, { headers })
    expect(await session.json()).toMatchObject({ publicUrl: authority.publicUrl, user: { login } })
    // Under the name that it would have without https it is nothing.
    const bare = { ...headers, cookie: cookie.replace('__Host-', '') }
    expect((await fetch(`${local}/console/session`, { headers: bare })).status).toBe(401)
  })

  it('offers no session over http beyond the own machine', async () => {
    const open = buildHttp(
      { ...authority, publicUrl: 'http://id.example.com' },
      { oktaRequestsPerMinute: 1_000_000, trustedProxies: [], draining: () => false },
    )
    const reply = await open.inject({ url: '/console/sign-in', headers: { host: 'id.example.com' } })
    expect([reply.statusCode, reply.headers['set-cookie']]).toEqual([403, undefined])
    expect(reply.body).toContain('needs https')
    await open.close()
  })

  it('is of the organization that the host names, and of no other', async () => {
    const at = (host: string) => app.inject({ url: '/console/sign-in', headers: { host } })
    const b = authority.actorB.organizationId
    expect((await at('id.example.com')).headers.location).toMatch(
      /^https:\/\/id\.example\.com\/oauth2\/v1\/authorize\?/,
    )
    expect((await at(`${b}.id.example.com`)).headers.location).toMatch(
      new RegExp(`^https://${b}\\.id\\.example\\.com/oauth2/v1/authorize\\?`),
    )
    expect((await at('nobody.id.example.com')).statusCode).toBe(404)
  })
})
