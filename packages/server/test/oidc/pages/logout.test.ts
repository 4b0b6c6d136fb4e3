import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rotateSigningKeys } from '../../../src/keys/signing-keys.ts'
import { deliverDueLogouts } from '../../../src/oidc/logout-delivery.ts'
import { revoke } from '../../../src/revocation/revoke.ts'
import { suspendUser } from '../../../src/revocation/user-lifecycle.ts'
import { SYSTEM } from '../../../src/store/index.ts'
import { DATABASES } from '../../support/databases.ts'
import { LogoutReceiver } from '../../support/logout-receiver.ts'
import { claimsOf } from './claims.ts'
import { openPagesWorld, type PagesWorld } from './world.ts'

describe.each(DATABASES)('ending sessions on $name', (database) => {
  let world: PagesWorld
  let receiver: LogoutReceiver
  beforeAll(async () => {
    world = await openPagesWorld(database, { allowPrivateNetworks: true })
    receiver = await LogoutReceiver.open()
  })
  afterAll(async () => {
    await receiver.close()
    await world.close()
  })

  const told = () => world.client({ backchannel_logout_uri: receiver.url })

  async function active(token: unknown, client: { clientId: string; secret: string }): Promise<unknown> {
    const response = await fetch(`${world.issuer}/v1/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.secret}`)}` },
      body: new URLSearchParams({ token: String(token) }),
    })
    return JSON.parse(await response.text()).active
  }

  it('signs out at the wish of an application, and revokes what is not for use offline', async () => {
    const [client, person] = [await told(), await world.person()]
    const { agent, begun, callback } = await world.signedIn(client, person)
    const online = await world.exchange(client, begun, callback)
    const again = world.begin(client, { scope: 'openid offline_access', prompt: 'consent' })
    await agent.get(again.url)
    const offline = await world.exchange(client, again, (await agent.submit({ do: 'allow' })).url)
    expect(await active(online.access_token, client)).toBe(true)

    const logout = new URL(`${world.issuer}/v1/logout`)
    logout.search = new URLSearchParams({
      id_token_hint: String(online.id_token),
      post_logout_redirect_uri: `${new URL(world.callback).origin}/bye`,
      state: 'of the shop',
    }).toString()
    await agent.get(logout.href)
    expect(agent.words).toContain('Shop asks to sign you out.')
    const left = new URL((await agent.submit({ logout: 'yes' })).url)
    expect(left.pathname).toBe('/bye')
    expect(left.searchParams.get('state')).toBe('of the shop')

    expect((await agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('login_required')
    expect(await active(online.access_token, client)).toBe(false)
    expect(await active(offline.access_token, client)).toBe(true)
    const refreshed = await world.token(client, {
      grant_type: 'refresh_token',
      refresh_token: String(offline.refresh_token),
    })
    expect(refreshed).toMatchObject({ access_token: expect.any(String) })

    await deliverDueLogouts(world.authority)
    const [token] = receiver.taken()
    const keys = createRemoteJWKSet(new URL(`${world.issuer}/v1/keys`))
    const { payload } = await jwtVerify(String(token), keys, {
      issuer: world.issuer,
      audience: client.clientId,
      typ: 'logout+jwt',
      currentDate: new Date(world.authority.clock.now()),
    })
    expect(payload).toMatchObject({
      sub: person.id,
      sid: claimsOf(online.id_token).sid,
      jti: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(payload).not.toHaveProperty('nonce')
    expect(decodeProtectedHeader(String(token))).toHaveProperty('kid')
    expect(await outbox()).toEqual([])
  })

  it('stays signed in where the person wants to', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent } = await world.signedIn(client, person)
    await agent.get(`${world.issuer}/v1/logout`)
    const { action, hidden } = agent.form(['logout'])
    await agent.post(`${world.origin}${action}`, hidden)
    expect((await agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('code=')
  })

  it('goes on without a question, and without a script, where nobody is signed in', async () => {
    const client = await world.client()
    const agent = world.userAgent()
    const back = `${new URL(world.callback).origin}/bye`
    const { url } = await agent.get(
      `${world.issuer}/v1/logout?client_id=${client.clientId}&post_logout_redirect_uri=${back}&state=1`,
    )
    expect(url).toBe(`${back}?state=1`)
    await agent.get(`${world.issuer}/v1/logout`)
    expect(agent.words).toContain('You have signed out')
  })

  it('refuses a sign-out that another site sends', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent } = await world.signedIn(client, person)
    await agent.get(`${world.issuer}/v1/logout`)
    expect((await agent.submit({ logout: 'yes' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('code=')
  })

  it('gives nothing for a code that the sign-out overtook', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent, begun, callback } = await world.signedIn(client, person)
    await agent.get(`${world.issuer}/v1/logout`)
    await agent.submit({ logout: 'yes' })
    expect(await world.exchange(client, begun, callback)).toMatchObject({ error: 'invalid_grant' })
  })

  it.each([
    [
      'the session is revoked',
      (_user: string, id: string) =>
        revoke(world.authority, world.authority.actorA, {
          target: { type: 'session', id },
          reason: 'compromised',
        }),
    ],
    ['its user is suspended', (user: string) => suspendUser(world.authority, world.authority.actorA, user)],
  ])('tells the application when %s', async (_name, end) => {
    const [client, person] = [await told(), await world.person()]
    const { agent, begun, callback } = await world.signedIn(client, person)
    const { id_token, access_token } = await world.exchange(client, begun, callback)
    const { sid } = claimsOf(id_token)
    await end(person.id, String(sid))
    expect(await active(access_token, client)).toBe(false)
    expect((await agent.get(world.begin(client, { prompt: 'none' }).url)).url).toContain('login_required')
    await deliverDueLogouts(world.authority)
    expect(receiver.taken().map((token) => claimsOf(token).sid)).toEqual([sid])
  })

  it('takes the ID token of before a rotation for a hint', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent, begun, callback } = await world.signedIn(client, person)
    const { id_token } = await world.exchange(client, begun, callback)
    const before = await world.keys()
    world.authority.clock.advance(2 * 3_600_000)
    await rotateSigningKeys(world.authority, world.authority.actorA, world.issuer.slice(-20))
    expect(await world.keys()).not.toEqual(before)
    const again = world.begin(client)
    const { id_token: later } = await world.exchange(client, again, (await agent.get(again.url)).url)
    expect(decodeProtectedHeader(String(later)).kid).not.toBe(decodeProtectedHeader(String(id_token)).kid)
    await agent.get(`${world.issuer}/v1/logout?id_token_hint=${String(id_token)}`)
    expect(agent.words).toContain('Shop asks to sign you out.')
    await agent.get(`${world.issuer}/v1/logout?id_token_hint=${String(id_token).slice(0, -8)}AAAAAAAA`)
    expect(agent.page.status).toBe(400)
  })

  it('tries again for as long as the limit says, later each time, and then parks', async () => {
    const [client, person] = [await told(), await world.person()]
    await world.signedIn(client, person)
    await suspendUser(world.authority, world.authority.actorA, person.id)
    receiver.status = 500
    let attempts = 0
    for (let turn = 0; turn < 40; turn++) {
      await deliverDueLogouts(world.authority)
      attempts += receiver.taken().length
      world.authority.clock.advance(3_600_000)
    }
    receiver.status = 200
    expect(attempts).toBe(30)
    expect(await outbox()).toMatchObject([
      {
        client_id: client.clientId,
        attempts: 30,
        problem: 'the client answered 500',
        parked_at: expect.any(Number),
      },
    ])
    const parked = await world.admin('GET', '/logouts')
    expect(parked).toMatchObject({
      parked: 1,
      waiting: 0,
      items: [{ application: client.clientId, user: person.id, status: 'parked', nextAttemptAt: null }],
    })
    const { session, application, authorizationServer } = parked.items[0]
    await world.admin('POST', '/logouts/retry', { session, application, authorizationServer })
    await deliverDueLogouts(world.authority)
    expect(receiver.taken()).toHaveLength(1)
    expect(await outbox()).toEqual([])
  })

  it('delivers nothing twice where two nodes work at once', async () => {
    const [client, person] = [await told(), await world.person()]
    await world.signedIn(client, person)
    await suspendUser(world.authority, world.authority.actorA, person.id)
    await Promise.all(Array.from({ length: 4 }, () => deliverDueLogouts(world.authority)))
    expect(receiver.taken()).toHaveLength(1)
  })

  async function outbox() {
    return world.authority.store.read(SYSTEM, ({ db }) =>
      db.selectFrom('logout_deliveries').selectAll().execute(),
    )
  }
})

describe('back-channel logout where private networks are closed', () => {
  const [database] = DATABASES
  if (database === undefined) throw new TypeError('there is always a database')
  let world: PagesWorld
  let receiver: LogoutReceiver
  beforeAll(async () => {
    world = await openPagesWorld(database)
    receiver = await LogoutReceiver.open()
  })
  afterAll(async () => {
    await receiver.close()
    await world.close()
  })

  it('never reaches a private address', async () => {
    const person = await world.person()
    await world.signedIn(await world.client({ backchannel_logout_uri: receiver.url }), person)
    await suspendUser(world.authority, world.authority.actorA, person.id)
    await deliverDueLogouts(world.authority)
    expect(receiver.taken()).toEqual([])
    const [parked] = await world.authority.store.read(SYSTEM, ({ db }) =>
      db.selectFrom('logout_deliveries').select('problem').execute(),
    )
    expect(parked?.problem).toMatch(/^(url|address): /)
  })
})
