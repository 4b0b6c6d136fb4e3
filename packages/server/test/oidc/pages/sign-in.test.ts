import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { updateUser } from '../../../src/revocation/user-credentials.ts'
import { expirePassword, suspendUser } from '../../../src/revocation/user-lifecycle.ts'
import { Secret } from '../../../src/secrets/index.ts'
import { DATABASES } from '../../support/databases.ts'
import { claimsOf } from './claims.ts'
import { openPagesWorld, PASSWORD, type PagesWorld } from './world.ts'

describe.each(DATABASES)('signing in by the pages on $name', (database) => {
  let world: PagesWorld
  beforeAll(async () => {
    world = await openPagesWorld(database)
  })
  afterAll(() => world.close())

  it('leads from the authorization request to the callback, and to tokens', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { callback, begun, agent } = await world.signedIn(client, person)
    const { searchParams, origin, pathname } = new URL(callback)
    expect(`${origin}${pathname}`).toBe(world.callback)
    expect(searchParams.get('state')).toBe(begun.state)
    expect(searchParams.get('iss')).toBe(world.issuer)
    const tokens = await world.exchange(client, begun, callback)
    expect(tokens).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) })
    expect(claimsOf(tokens.id_token)).toMatchObject({
      sub: person.id,
      sid: claimsOf(tokens.access_token).sid,
    })
    expect(claimsOf(tokens.id_token).sid).toEqual(expect.any(String))
    // The next request needs nobody.
    const again = world.begin(client, { prompt: 'none' })
    expect((await agent.get(again.url)).url).toContain('code=')
  })

  it.each([
    ['a wrong password', async () => (await world.person()).login, 'wrong'],
    ['an unknown user', async () => 'nobody@example.com', PASSWORD],
    ['nothing at all', async () => '', ''],
  ])('says the same of %s, and shows the form again', async (_name, login, password) => {
    const agent = world.userAgent()
    await agent.get(world.begin(await world.client()).url)
    const before = agent.words
    const { status, text } = await agent.submit({ login: await login(), password, do: 'sign-in' })
    expect(status).toBe(400)
    expect(agent.words).toContain('The username or the password is not correct.')
    expect(text).toContain('aria-invalid="true" aria-describedby="problem"')
    expect(text).not.toContain(`value="${PASSWORD}"`)
    expect(agent.words.replace(' The username or the password is not correct. ', ' ')).toBe(before)
  })

  it('answers prompt=none without asking', async () => {
    const agent = world.userAgent()
    const { url } = await agent.get(world.begin(await world.client(), { prompt: 'none' }).url)
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
    expect(new URL(url).searchParams.get('iss')).toBe(world.issuer)
  })

  it.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age=0', { max_age: '0' }],
  ])('asks again for %s, and keeps the session', async (_name, parameters) => {
    const [client, person] = [await world.client(), await world.person()]
    const first = await world.signedIn(client, person)
    const { sid } = claimsOf((await world.exchange(client, first.begun, first.callback)).id_token)
    const again = world.begin(client, parameters)
    await first.agent.get(again.url)
    expect(first.agent.words).toContain('Sign in')
    expect(first.agent.page.text).toContain(`value="${person.login}"`)
    const { url } = await first.agent.submit({ login: person.login, password: PASSWORD, do: 'sign-in' })
    expect(claimsOf((await world.exchange(client, again, url)).id_token)).toMatchObject({
      sid,
      sub: person.id,
    })
  })

  it('begins with the login that the client hints at, and escapes it', async () => {
    const agent = world.userAgent()
    await agent.get(world.begin(await world.client(), { login_hint: '"><img src=x onerror=alert(1)>' }).url)
    expect(agent.page.text).toContain('value="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"')
    expect(agent.page.text).not.toContain('<img')
  })

  it('asks for another account where the hint names one', async () => {
    const [client, ada, bob] = [await world.client(), await world.person(), await world.person()]
    const first = await world.signedIn(client, ada)
    const { id_token } = await world.exchange(client, first.begun, first.callback)
    const agent = world.userAgent()
    await agent.get(world.begin(client, { id_token_hint: String(id_token) }).url)
    await agent.submit({ login: bob.login, password: PASSWORD, do: 'sign-in' })
    expect(agent.words).toContain('another account')
    const { url } = await agent.submit({ login: ada.login, password: PASSWORD, do: 'sign-in' })
    expect(url).toContain('code=')
  })

  it('ends the session of whoever was signed in before', async () => {
    const [client, ada, bob] = [await world.client(), await world.person(), await world.person()]
    const first = await world.signedIn(client, ada)
    const before = claimsOf((await world.exchange(client, first.begun, first.callback)).id_token)
    const again = world.begin(client, { prompt: 'login' })
    await first.agent.get(again.url)
    const { url } = await first.agent.submit({ login: bob.login, password: PASSWORD, do: 'sign-in' })
    const after = claimsOf((await world.exchange(client, again, url)).id_token)
    expect(after.sub).toBe(bob.id)
    expect(after.sid).not.toBe(before.sid)
  })

  it('gives a new session id with the sign-in', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const first = await world.signedIn(client, person)
    const stolen = first.agent.copy()
    await first.agent.get(world.begin(client, { prompt: 'login' }).url)
    await first.agent.submit({ login: person.login, password: PASSWORD, do: 'sign-in' })
    expect((await stolen.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('login_required')
  })

  it.each([
    ['suspended', (id: string) => suspendUser(world.authority, world.authority.actorA, id)],
    [
      'given another password',
      (id: string) =>
        updateUser(world.authority, world.authority.actorA, id, { password: new Secret(`${PASSWORD}!`) }),
    ],
  ])('refuses whoever was %s between signing in and going on', async (_name, change) => {
    const [client, person] = [await world.client({ consent_method: 'REQUIRED' }), await world.person()]
    const { agent } = await world.signedIn(client, person)
    expect(agent.words).toContain('Allow access?')
    await change(person.id)
    const { status } = await agent.submit({ do: 'allow' })
    expect(status).toBe(400)
    expect(agent.words).toContain('This page has expired')
  })

  it('has an expired password replaced before anything is made of it', async () => {
    const [client, person] = [await world.client(), await world.person()]
    await expirePassword(world.authority, world.authority.actorA, person.id)
    const agent = world.userAgent()
    await agent.get(world.begin(client).url)
    await agent.submit({ login: person.login, password: PASSWORD, do: 'sign-in' })
    expect(agent.words).toContain('Choose a new password')
    await agent.submit({ login: person.login, password: PASSWORD, new_password: 'short', do: 'new-password' })
    expect(agent.words).toContain('at least 8 characters')
    const next = 'battery staple horse'
    await agent.submit({ login: person.login, password: PASSWORD, new_password: next, do: 'new-password' })
    expect(agent.words).toContain('The password was changed')
    expect((await agent.submit({ login: person.login, password: next, do: 'sign-in' })).url).toContain(
      'code=',
    )
  })

  it('cancels with access_denied', async () => {
    const agent = world.userAgent()
    const begun = world.begin(await world.client())
    await agent.get(begun.url)
    const { searchParams } = new URL((await agent.submit({ do: 'cancel' })).url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      error: 'access_denied',
      state: begun.state,
      iss: world.issuer,
    })
  })

  it('keeps to the limits of guessing, for users and for nobody alike', async () => {
    const client = await world.client()
    for (const login of [(await world.person()).login, 'nobody-else@example.com']) {
      const agent = world.userAgent()
      await agent.get(world.begin(client).url)
      const statuses: number[] = []
      for (let attempt = 0; attempt < 7; attempt++)
        statuses.push((await agent.submit({ login, password: 'wrong', do: 'sign-in' })).status)
      expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429])
      expect(agent.page.headers.get('retry-after')).toMatch(/^[12]$/)
      world.authority.clock.advance(3_600_000)
    }
  })
})
