import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nameText } from '../../../src/oidc/pages/names.ts'
import { SYSTEM } from '../../../src/store/index.ts'
import { DATABASES } from '../../support/databases.ts'
import { claimsOf } from './claims.ts'
import { API, openPagesWorld, PASSWORD, type PagesWorld } from './world.ts'

describe.each(DATABASES)('the pages on $name', (database) => {
  let world: PagesWorld
  beforeAll(async () => {
    world = await openPagesWorld(database)
  })
  afterAll(() => world.close())

  const nosy = (label = 'Nosy') => world.client({ consent_method: 'REQUIRED' }, label)

  it('ask for consent once, and again only for more', async () => {
    const [client, person] = [await nosy(), await world.person()]
    const scope = 'openid profile orders:read'
    const { agent, begun } = await world.signedIn(client, person, { scope, resource: API })
    expect(agent.words).toContain('Nosy asks for access in your name.')
    expect(agent.words).toContain('Your profile: name, username, language and time zone')
    expect(agent.words).toContain('What it may do at Orders API')
    expect(agent.words).toContain('orders:read')
    expect(agent.words).toContain(new URL(world.callback).host)
    const { url } = await agent.submit({ do: 'allow' })
    const tokens = await world.exchange(client, begun, url)
    expect(claimsOf(tokens.access_token)).toMatchObject({
      aud: API,
      scope: expect.stringContaining('orders:read'),
    })

    expect((await agent.get(world.begin(client, { scope, resource: API }).url)).url).toContain('code=')
    await agent.get(world.begin(client, { scope: `${scope} orders:write`, resource: API }).url)
    expect(agent.words).toContain('orders:write')
    expect(agent.words).not.toContain('orders:read')

    // Another browser of the same person remembers.
    const other = await world.signedIn(client, person, { scope, resource: API })
    expect(other.callback).toContain('code=')
  })

  it('skip consent for a trusted application, unless it asks for it', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent, callback } = await world.signedIn(client, person, {
      scope: 'openid orders:read',
      resource: API,
    })
    expect(callback).toContain('code=')
    await agent.get(world.begin(client, { prompt: 'consent' }).url)
    expect(agent.words).toContain('Allow access?')
  })

  it('take what a trusted application had for no consent once it is trusted no more', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { agent } = await world.signedIn(client, person)
    await world.authority.store.write(SYSTEM, async ({ db }) => {
      const row = await db
        .selectFrom('applications')
        .select('metadata')
        .where('client_id', '=', client.clientId)
        .executeTakeFirstOrThrow()
      await db
        .updateTable('applications')
        .set({ metadata: row.metadata.replace('"TRUSTED"', '"REQUIRED"') })
        .where('client_id', '=', client.clientId)
        .execute()
    })
    const another = await world.signedIn(await nosy(), person)
    expect(another.agent.words).toContain('Allow access?')
    await agent.get(world.begin(client).url)
  })

  it('deny with access_denied, and remember nothing', async () => {
    const [client, person] = [await nosy(), await world.person()]
    const { agent, begun } = await world.signedIn(client, person)
    const { searchParams } = new URL((await agent.submit({ do: 'deny' })).url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      error: 'access_denied',
      state: begun.state,
      iss: world.issuer,
    })
    await agent.get(world.begin(client).url)
    expect(agent.words).toContain('Allow access?')
  })

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another site of the same owner', { 'sec-fetch-site': 'same-site' }],
    ['with the origin of another site', { origin: 'https://evil.example.com' }],
    ['that hides where it comes from', { origin: 'null' }],
    ['that says nothing of it', {}],
  ])('refuse a form %s', async (_name, headers) => {
    const { agent } = await world.signedIn(await nosy(), await world.person())
    const before = agent.copy()
    const { status } = await agent.submit({ do: 'allow' }, headers)
    expect(status).toBe(403)
    expect(agent.words).toContain('Nothing was changed')
    expect((await before.submit({ do: 'allow' })).url).toContain('code=')
  })

  it('take a form of our own origin from a browser that knows no Fetch Metadata', async () => {
    const { agent } = await world.signedIn(await nosy(), await world.person())
    expect((await agent.submit({ do: 'allow' }, { origin: world.origin })).url).toContain('code=')
  })

  it("refuse another browser's form, a forged token, and a cookie without its path", async () => {
    const client = await nosy()
    const [mine, theirs] = [
      await world.signedIn(client, await world.person()),
      await world.signedIn(client, await world.person()),
    ]
    const { action, hidden } = theirs.agent.form(['do'])
    const { action: own } = mine.agent.form(['do'])
    const at = (path: string) => new URL(path, world.origin).href
    // Their question, my cookies.
    expect((await mine.agent.copy().post(at(action), { ...hidden, do: 'allow' })).status).toBe(400)
    // Their token, my question.
    expect((await mine.agent.copy().post(at(own), { ...hidden, do: 'allow' })).status).toBe(403)
    expect((await mine.agent.copy().post(at(own), { do: 'allow' })).status).toBe(403)
    expect((await mine.agent.submit({ do: 'allow' })).url).toContain('code=')
  })

  it('are over once they were answered, and when their time has passed', async () => {
    const { agent } = await world.signedIn(await nosy(), await world.person())
    const replayed = agent.copy()
    await agent.submit({ do: 'allow' })
    expect((await replayed.submit({ do: 'allow' })).status).toBe(400)
    expect(replayed.words).toContain('This page has expired')

    const late = world.userAgent()
    await late.get(world.begin(await world.client()).url)
    world.authority.clock.advance(3_600_001)
    expect((await late.submit({ login: 'a', password: 'b', do: 'sign-in' })).status).toBe(400)
    expect(late.words).toContain('This page has expired')
    expect((await late.get(`${world.issuer}/v1/interaction/unknown`)).status).toBe(400)
  })

  it('show a request that leads nowhere instead of sending it back', async () => {
    const agent = world.userAgent()
    const { status } = await agent.get(
      world.begin(await world.client(), { redirect_uri: 'https://evil.example.com/cb' }).url,
    )
    expect(status).toBe(400)
    expect(agent.words).toContain('invalid_redirect_uri')
    await agent.get(`${world.issuer}/v1/authorize?client_id=<script>alert(1)</script>`)
    expect(agent.page.text).not.toContain('<script')
  })

  it('all leave under headers that let nobody frame, keep, guess or run anything', async () => {
    const client = await nosy()
    const agent = world.userAgent()
    const pages = [
      () => agent.get(world.begin(client).url),
      () => agent.submit({ login: 'x', password: 'y', do: 'sign-in' }),
      () => agent.get(`${world.issuer}/v1/device`),
      () => agent.get(`${world.issuer}/v1/logout`),
      () => agent.get(`${world.issuer}/v1/authorize`),
      () => agent.get(`${world.issuer}/v1/interaction/unknown`),
      () => agent.get(`${world.origin}/oauth2/v1/account`),
      () => agent.get(`${world.origin}/oauth2/unknown/v1/account`),
    ]
    for (const visit of pages) {
      const { headers, text } = await visit()
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? ''
      const source = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
      expect(headers.get('content-security-policy')).toContain(`style-src ${source};`)
      expect(headers.get('content-security-policy')).toMatch(/; frame-ancestors 'none'; base-uri 'none'$/)
      expect(text).toContain('<html lang="en">')
      expect(text).not.toMatch(/<script|\son\w+=|javascript:|style=/i)
    }
  })

  it.each([
    ['markup', `<img src=x onerror="document.title='taken over'">`],
    ['a script', '</title></style><script>alert(1)</script>'],
    ['a turn of direction', '\u202emoc.elpmaxe\u202c \u2066hidden\u2069'],
    ['ten thousand characters', 'Much '.repeat(2_000)],
  ])('show a name of %s as text', async (_name, label) => {
    const [client, person] = [await nosy(), await world.person()]
    // As an older release, or another interface, may have stored it.
    await world.authority.store.write(SYSTEM, ({ db }) =>
      db.updateTable('applications').set({ label }).where('client_id', '=', client.clientId).execute(),
    )
    const { agent } = await world.signedIn(client, person)
    expect(agent.words).toContain('asks for access')
    expect(agent.page.text).not.toContain(label)
    expect(agent.page.text).not.toMatch(/<img|<script/)
    expect(agent.page.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    expect(agent.page.text.length).toBeLessThan(20_000)
    expect([...nameText(label)].length).toBeLessThanOrEqual(80)
  })

  describe('of a device', () => {
    const device = () =>
      world.client(
        {
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
          redirect_uris: [],
          response_types: ['code'],
          consent_method: 'REQUIRED',
        },
        'Television',
      )

    async function begin(client: { clientId: string; secret: string }) {
      const response = await fetch(`${world.issuer}/v1/device/authorize`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.secret}`)}` },
        body: new URLSearchParams({ scope: 'openid' }),
      })
      const answer: Record<string, string> = JSON.parse(await response.text())
      return answer
    }

    it('connect it, from its code to its tokens', async () => {
      const [client, person] = [await device(), await world.person()]
      const begun = await begin(client)
      const agent = world.userAgent()
      await agent.get(String(begun.verification_uri_complete))
      expect(agent.page.text).toContain(`value="${begun.user_code}"`)
      await agent.submit({ user_code: String(begun.user_code).toLowerCase() })
      expect(agent.words).toContain('Television on a device asks')
      expect(agent.words).toContain(String(begun.user_code))
      await agent.submit({ confirm: 'yes' })
      await agent.submit({ login: person.login, password: PASSWORD, do: 'sign-in' })
      await agent.submit({ do: 'allow' })
      expect(agent.words).toContain('Your device is connected')
      const tokens = await world.token(client, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: String(begun.device_code),
      })
      expect(claimsOf(tokens.id_token)).toMatchObject({ sub: person.id, sid: expect.any(String) })
    })

    it('tell it that its user did not want to', async () => {
      const client = await device()
      const begun = await begin(client)
      const agent = world.userAgent()
      await agent.get(String(begun.verification_uri))
      await agent.submit({ user_code: String(begun.user_code) })
      await agent.submit({ abort: 'yes' })
      expect(agent.words).toContain('Access was denied')
      const answer = await world.token(client, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: String(begun.device_code),
      })
      expect(answer).toMatchObject({ error: 'access_denied' })
    })

    it('limit the guessing of codes', async () => {
      const agent = world.userAgent()
      await agent.get(`${world.issuer}/v1/device`)
      const statuses: number[] = []
      for (let attempt = 0; attempt < 11; attempt++)
        statuses.push((await agent.submit({ user_code: `BBBB-BBB${'BCDFGHJKLMN'[attempt]}` })).status)
      expect(new Set(statuses.slice(0, 10))).toEqual(new Set([400]))
      expect(statuses.at(-1)).toBe(429)
      expect(agent.page.headers.get('retry-after')).toBe('1')
      world.authority.clock.advance(7_200_000)
    })

    it('refuse a form of another site', async () => {
      const agent = world.userAgent()
      await agent.get(`${world.issuer}/v1/device`)
      expect(
        (await agent.submit({ user_code: 'BBBB-BBBB' }, { 'sec-fetch-site': 'cross-site' })).status,
      ).toBe(403)
    })
  })
})
