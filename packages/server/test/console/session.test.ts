import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONSOLE_IDLE, CONSOLE_LIFETIME } from '../../src/oidc/console/sessions.ts'
import { revoke } from '../../src/revocation/revoke.ts'
import { updateUser } from '../../src/revocation/user-credentials.ts'
import { suspendUser, unsuspendUser } from '../../src/revocation/user-lifecycle.ts'
import { Secret } from '../../src/secrets/index.ts'
import { openPagesWorld, type PagesWorld } from '../oidc/pages/world.ts'
import { Browser, pageOf, wordsOf } from '../support/browser.ts'
import { DATABASES } from '../support/databases.ts'
import { AtConsole, personWith } from './world.ts'

describe.each(DATABASES)('a session of the console on $name', (database) => {
  let world: PagesWorld
  beforeAll(async () => {
    world = await openPagesWorld(database)
  })
  afterAll(() => world.close())

  async function administrator() {
    const person = await personWith(world, 'organization_admin')
    const at = new AtConsole(world)
    const arrived = await at.signIn(person)
    return { person, at, arrived }
  }

  it('begins at the issuer, and its page holds no token', async () => {
    const { person, at, arrived } = await administrator()
    expect(new URL(arrived.url).pathname).toBe('/console/users')
    expect(await at.session()).toMatchObject({
      status: 200,
      body: {
        user: { id: person.id, login: person.login, displayName: 'Ada Lovelace' },
        organization: { subdomain: 'default' },
        roles: ['organization_admin'],
        canManage: true,
        publicUrl: world.origin,
      },
    })
    expect((await at.session()).headers.get('cache-control')).toBe('no-store')
    // Nothing was issued: there is no token that could leak.
    const { body } = await at.native('GET', `/tokens?user=${person.id}`)
    expect(body.items).toEqual([])
  })

  it('has a cookie that no script reads, and none of its own name over http but at home', async () => {
    const { at } = await administrator()
    expect(at.browser.cookiesFor(`${world.origin}/`)).toMatch(/(^|; )rescind=[\w-]{43}(;|$)/)
    const reply = await fetch(`${world.origin}/console/sign-in`, { redirect: 'manual' })
    expect(reply.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^rescind_sign_in=[\w-]+\.[\w-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/,
      ),
    ])
    const leaving = await at.fetch('POST', '/console/sign-out', undefined, at.proof())
    expect(leaving.headers.getSetCookie()).toEqual(['rescind=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict'])
  })

  it('reads and changes as its user, and the log says where', async () => {
    const { person, at } = await administrator()
    const { status, body } = await at.native('POST', '/clusters', { name: 'Orders' })
    expect(status).toBe(201)
    const events = await at.native('GET', '/audit?limit=1000')
    const made = events.body.items.find(
      ({ kind, subject }: { kind: string; subject: { cluster?: string } }) =>
        kind === 'cluster.created' && subject.cluster === body.id,
    )
    expect(made.actor).toEqual({ type: 'user', id: person.id, source: 'console' })
  })

  it('is refused whatever does not prove to come from its page', async () => {
    const { at } = await administrator()
    const { at: other } = await administrator()
    const { 'x-rescind-csrf': csrf = '', ...place } = at.proof()
    const attempts: readonly Record<string, string>[] = [
      {},
      { 'x-rescind-csrf': csrf },
      place,
      { ...place, 'x-rescind-csrf': '' },
      { ...place, 'x-rescind-csrf': `${csrf}x` },
      { ...place, 'x-rescind-csrf': other.proof()['x-rescind-csrf'] ?? '' },
      { ...at.proof(), 'sec-fetch-site': 'cross-site' },
      { ...at.proof(), 'sec-fetch-site': 'same-site' },
      { ...at.proof(), 'sec-fetch-site': 'none' },
      { ...at.proof(), origin: 'https://evil.example.com' },
      { ...at.proof(), origin: 'null' },
      { origin: 'https://evil.example.com', 'x-rescind-csrf': csrf },
    ]
    for (const headers of attempts) {
      const made = await at.fetch('POST', '/api/rescind/v1/clusters', { name: 'Forged' }, headers)
      expect(made, JSON.stringify(headers)).toMatchObject({ status: 403, body: { code: 'request_forged' } })
      expect((await at.fetch('POST', '/console/sign-out', undefined, headers)).status).toBe(403)
    }
    const { body } = await at.native('GET', '/clusters')
    expect(body.items.map(({ name }: { name: string }) => name)).not.toContain('Forged')
    // A browser that does not know Fetch Metadata says where it is by `Origin`.
    const old = { origin: world.origin, 'x-rescind-csrf': csrf }
    expect((await at.fetch('POST', '/api/rescind/v1/clusters', { name: 'Old' }, old)).status).toBe(201)
    // Nor is anything told to another site that asks with the cookie.
    const foreign = { 'sec-fetch-site': 'cross-site' }
    expect((await at.fetch('GET', '/console/session', undefined, foreign)).status).toBe(403)
    expect((await at.fetch('GET', '/api/rescind/v1/clusters', undefined, foreign)).status).toBe(403)
  })

  it('counts for nothing where a credential is shown, or at another language', async () => {
    const { at } = await administrator()
    const wrong = { ...at.proof(), authorization: 'SSWS nobody' }
    expect((await at.fetch('GET', '/api/rescind/v1/clusters', undefined, wrong)).status).toBe(401)
    expect((await at.fetch('GET', '/api/v1/users', undefined, at.proof())).status).toBe(403)
  })

  it('ends with the sign-out, here and at the issuer', async () => {
    const { at } = await administrator()
    const cookie = at.browser.cookiesFor(`${world.origin}/`)
    expect((await at.fetch('POST', '/console/sign-out', undefined, at.proof())).status).toBe(204)
    const kept = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await at.fetch('GET', '/console/session', undefined, kept)).status).toBe(401)
    const page = pageOf(await at.browser.open(`${world.origin}/console/sign-in`))
    expect(page.forms.flatMap(({ buttons }) => buttons)).toContain('sign-in')
  })

  it.each<[string, (id: string, sid: string) => Promise<unknown>]>([
    ['is revoked', (id) => revoke(world.authority, world.authority.actorA, by('user', id))],
    ['has a new password', (id) => updateUser(world.authority, world.authority.actorA, id, { password })],
    ['is suspended', (id) => suspendUser(world.authority, world.authority.actorA, id)],
    [
      'was suspended for a moment',
      async (id) => {
        await suspendUser(world.authority, world.authority.actorA, id)
        await unsuspendUser(world.authority, world.authority.actorA, id)
      },
    ],
    [
      'loses the session at the issuer',
      (_id, sid) => revoke(world.authority, world.authority.actorA, by('session', sid)),
    ],
  ])('is over at the next request when its user %s', async (_name, change) => {
    const { person, at } = await administrator()
    expect((await at.native('GET', '/clusters')).status).toBe(200)
    await change(person.id, await sidOf(person.id))
    expect(await at.native('GET', '/clusters')).toMatchObject({
      status: 401,
      body: { code: 'credentials_invalid' },
    })
    expect((await at.session()).status).toBe(401)
  })

  const password = new Secret('another horse, another battery')
  const by = (type: 'user' | 'session', id: string) => ({ target: { type, id }, reason: 'test' }) as const
  const sidOf = (userId: string) =>
    world.authority.store.read({ organizationId: world.authority.actorA.organizationId }, async ({ db }) => {
      const row = await db
        .selectFrom('oidc_records')
        .select('session_id')
        .where('model', '=', 'ConsoleSession')
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow()
      return row.session_id ?? ''
    })

  it('is told beforehand what would end it, and shows what acts for a user', async () => {
    const { person, at } = await administrator()
    const other = await personWith(world, 'organization_reader')
    await new AtConsole(world).signIn(other)
    const preview = async (target: object) =>
      (await at.native('POST', '/revocations/preview', { target })).body.signsYouOut
    expect(await preview({ type: 'user', id: person.id })).toBe(true)
    expect(await preview({ type: 'session', id: await sidOf(person.id) })).toBe(true)
    expect(await preview({ type: 'user', id: other.id })).toBe(false)
    const own = await at.native('GET', `/users/${person.id}/sessions`)
    expect(own.body.items).toMatchObject([{ id: await sidOf(person.id), isYours: true }])
    const path = `/users/${other.id}/sessions`
    const [session] = (await at.native('GET', path)).body.items
    expect(session).toMatchObject({ id: await sidOf(other.id), isYours: false })
    // A session is ended by way of its own user only.
    expect((await at.native('DELETE', `/users/${person.id}/sessions/${session.id}`)).status).toBe(404)
    expect((await at.native('DELETE', `${path}/${session.id}`)).status).toBe(204)
    expect((await at.native('GET', path)).body.items).toEqual([])
    // The console is no application that anybody has allowed anything.
    for (const what of ['applications', 'grants'])
      expect((await at.native('GET', `/users/${other.id}/${what}`)).body.items).toEqual([])
  })

  it('has the rights that its user has now', async () => {
    const person = await personWith(world, 'organization_reader')
    const at = new AtConsole(world)
    await at.signIn(person)
    expect((await at.session()).body).toMatchObject({ canManage: false, roles: ['organization_reader'] })
    expect((await at.native('GET', '/clusters')).status).toBe(200)
    expect(await at.native('POST', '/clusters', { name: 'Mine' })).toMatchObject({
      status: 403,
      body: { code: 'permission_denied' },
    })
  })

  it('is none for somebody without a role, who is told so and may be somebody else', async () => {
    const person = await personWith(world)
    const at = new AtConsole(world)
    const arrived = await at.signIn(person)
    expect(arrived.status).toBe(403)
    expect(wordsOf(arrived)).toContain('has no role in this organization')
    expect((await at.session()).status).toBe(401)
    const again = pageOf(await at.browser.open(`${world.origin}/console/sign-in?again=1`))
    expect(again.forms.flatMap(({ buttons }) => buttons)).toContain('sign-in')
  })

  it('is opened only in the browser that asked, and only once', async () => {
    const person = await personWith(world, 'organization_admin')
    const mine = new Browser(world.origin)
    const page = pageOf(await mine.open(`${world.origin}/console/sign-in`))
    const attacked = new Browser(world.origin)
    for (const address of ['/console/callback', '/console/callback?code=a&state=b&iss=c']) {
      const refused = pageOf(await attacked.open(`${world.origin}${address}`))
      expect(refused.status).toBe(400)
      expect(refused.headers.get('x-frame-options')).toBe('DENY')
    }
    expect(page.status).toBe(200)
    const answer = await signedInCallback(person)
    expect(
      (await fetch(answer.url, { headers: { cookie: 'rescind_sign_in=a.b' }, redirect: 'manual' })).status,
    ).toBe(400)
    const first = await fetch(answer.url, { headers: { cookie: answer.cookie }, redirect: 'manual' })
    expect(first.status).toBe(303)
    const second = await fetch(answer.url, { headers: { cookie: answer.cookie }, redirect: 'manual' })
    expect(second.status).toBe(400)
  })

  /** A walk that stops before the callback is asked. */
  async function signedInCallback({ login }: { login: string }) {
    let callback: URL | undefined
    const browser = new Browser(world.origin, (url) => {
      if (url.pathname !== '/console/callback') return url
      callback = url
      return new URL('/healthz', world.origin)
    })
    const page = pageOf(await browser.open(`${world.origin}/console/sign-in`))
    const [form] = page.forms
    if (form === undefined) throw new Error('no form')
    await browser.submit(page, form, { login, password: 'correct horse battery staple', do: 'sign-in' })
    if (callback === undefined) throw new Error('never came back')
    return { url: callback, cookie: browser.cookiesFor(callback) }
  }

  it('goes to its own pages only', async () => {
    const person = await personWith(world, 'organization_admin')
    for (const to of [
      'https://evil.example.com/console/',
      '//evil.example.com/console/',
      '/account',
      '/console/../x',
      '/console/sign-in',
    ]) {
      const arrived = await new AtConsole(world).signIn(person, to)
      expect(new URL(arrived.url).pathname, to).toBe('/console/')
    }
  })

  it('gives out no code that anybody could turn into a token', async () => {
    const person = await personWith(world, 'organization_admin')
    const { url } = await signedInCallback(person)
    const reply = await fetch(`${world.origin}/oauth2/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'rescind-console',
        code: url.searchParams.get('code') ?? '',
        redirect_uri: `${world.origin}/console/callback`,
        code_verifier: 'a'.repeat(43),
      }),
    })
    expect(reply.status).toBe(401)
    // Nor is the console a client of any other authorization server.
    const elsewhere = await fetch(
      `${world.issuer}/v1/authorize?client_id=rescind-console&response_type=code&scope=openid`,
      { redirect: 'manual' },
    )
    expect(elsewhere.status).toBe(400)
  })

  it('is over when nobody used it for an hour, or twelve hours have passed', async () => {
    const { at: idle } = await administrator()
    const { at: busy } = await administrator()
    const { at: polled } = await administrator()
    for (let time = 0; time < CONSOLE_LIFETIME; time += CONSOLE_IDLE / 2) {
      expect((await busy.native('GET', '/clusters')).status).toBe(200)
      await polled.native('GET', '/clusters', undefined, { 'x-rescind-idle': '1' })
      await noted(busy, time)
      world.authority.clock.advance(CONSOLE_IDLE / 2)
    }
    for (const at of [idle, busy, polled]) expect((await at.session()).status).toBe(401)
  })

  /** The note of a use is not waited for by the request; the test waits for it. */
  async function noted(at: AtConsole, time: number) {
    const due = Math.min(time + CONSOLE_IDLE, CONSOLE_LIFETIME)
    await expect
      .poll(async () => {
        const { body } = await at.session()
        return Date.parse(body.idleExpiresAt) - Date.parse(body.signedInAt)
      })
      .toBeGreaterThanOrEqual(due - 120_000)
  }
})
