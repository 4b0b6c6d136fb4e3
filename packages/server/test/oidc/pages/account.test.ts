import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suspendUser } from '../../../src/revocation/user-lifecycle.ts'
import { DATABASES } from '../../support/databases.ts'
import { claimsOf } from './claims.ts'
import type { UserAgent } from './user-agent.ts'
import { openPagesWorld, PASSWORD, type PagesWorld, type Person } from './world.ts'

describe.each(DATABASES)('the account page on $name', (database) => {
  let world: PagesWorld
  beforeAll(async () => {
    world = await openPagesWorld(database)
  })
  afterAll(() => world.close())

  const address = () => `${world.origin}/oauth2/v1/account`

  async function atAccount({ login }: Person): Promise<UserAgent> {
    const agent = world.userAgent()
    await agent.get(address())
    await agent.submit({ login, password: PASSWORD, do: 'sign-in' })
    return agent
  }

  it('lets somebody sign in and out without an application', async () => {
    const person = await world.person()
    const agent = await atAccount(person)
    expect(agent.words).toContain(`You are signed in as ${person.login}`)
    expect(agent.words).toContain('This browser')
    await agent.submit({ do: 'sign-out' })
    expect(agent.words).toContain('Sign in')
  })

  it('shows the session of the authorization endpoint, and ends others', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const other = await world.signedIn(client, person)
    const { id_token } = await world.exchange(client, other.begun, other.callback)
    const agent = await atAccount(person)
    expect(agent.page.text.match(/<h3>/g)?.length).toBe(3)
    await agent.submit({ session: String(claimsOf(id_token).sid), do: 'end-session' })
    expect((await other.agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain(
      'login_required',
    )
    expect(agent.page.text).not.toContain(String(claimsOf(id_token).sid))
    // The session that looks is not touched.
    await agent.get(address())
    expect(agent.words).toContain('You are signed in as')
  })

  it("takes an application's access away, with its tokens", async () => {
    const [client, person] = [
      await world.client({ consent_method: 'REQUIRED' }, 'Nosy'),
      await world.person(),
    ]
    const { agent, begun } = await world.signedIn(client, person, { scope: 'openid email' })
    const { url } = await agent.submit({ do: 'allow' })
    const { access_token } = await world.exchange(client, begun, url)
    await agent.get(address())
    expect(agent.words).toContain('Nosy')
    expect(agent.words).toContain('One token')
    expect(agent.words).toContain('openid, email')
    await agent.submit({ client: client.clientId, do: 'revoke-application' })
    expect(agent.words).toContain('No application has access in your name.')
    const response = await fetch(`${world.issuer}/v1/userinfo`, {
      headers: { authorization: `Bearer ${String(access_token)}` },
    })
    expect(response.status).toBe(401)
    // The consent is gone as well.
    await agent.get(world.begin(client, { scope: 'openid email' }).url)
    expect(agent.words).toContain('Allow access?')
  })

  it('ends nothing of anybody else', async () => {
    const [client, ada, bob] = [await world.client(), await world.person(), await world.person()]
    const bobs = await world.signedIn(client, bob)
    const { id_token } = await world.exchange(client, bobs.begun, bobs.callback)
    const agent = await atAccount(ada)
    const { action, hidden } = agent.form(['do'])
    await agent.post(`${world.origin}${action}`, {
      ...hidden,
      session: String(claimsOf(id_token).sid),
      do: 'end-session',
    })
    expect((await bobs.agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('code=')
  })

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }, undefined],
    ['that says nothing of its origin', {}, undefined],
    ['with the token of another session', { 'sec-fetch-site': 'same-origin' }, 'other'],
  ])('refuses a form %s', async (_name, headers, token) => {
    const person = await world.person()
    const agent = await atAccount(person)
    const other = (await atAccount(person)).form(['do']).hidden.token
    const fields = token === undefined ? {} : { token: other ?? '' }
    const { action, hidden } = agent.form(['do'])
    const { status } = await agent.post(
      `${world.origin}${action}`,
      { ...hidden, ...fields, do: 'sign-out' },
      headers,
    )
    expect(status).toBe(403)
    await agent.get(address())
    expect(agent.words).toContain('You are signed in as')
  })

  it('forgets whoever is suspended, at once', async () => {
    const person = await world.person()
    const agent = await atAccount(person)
    await suspendUser(world.authority, world.authority.actorA, person.id)
    await agent.get(address())
    expect(agent.words).toContain('Sign in')
  })
})
