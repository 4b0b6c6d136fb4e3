import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { refreshDue } from '../../../src/federation/provider-keys/refresh.ts'
import { SYSTEM } from '../../../src/store/index.ts'
import { connectProvider, openProvider } from './provider.ts'
import { type ConsoleWorld, openConsoleWorld } from './world.ts'

const AXE = new URL('../../../../../node_modules/axe-core/axe.min.js', import.meta.url)

/** Every place, with what stands there once it has what it shows. */
function placesOf({ people, shop, orders, payments }: ConsoleWorld): readonly (readonly [string, string])[] {
  return [
    ['', 'Recent revocations'],
    ['users', people[0].login],
    [`users/${people[0].id}`, 'Last sign-in'],
    [`users/${people[0].id}?tab=sessions`, 'Revoke with tokens'],
    [`users/${people[0].id}?tab=applications`, 'Shop'],
    [`users/${people[0].id}?tab=tokens`, 'Shop'],
    ['applications', 'Shop'],
    [`applications/${shop.id}`, 'Redirect URIs'],
    [`applications/${shop.id}?tab=secrets`, 'known by its hash'],
    [`applications/${shop.id}?tab=keys`, 'Encryption keys'],
    [`applications/${shop.id}?tab=tokens`, people[0].login],
    ['apis', 'https://orders.example.com'],
    [`apis/${orders.id}`, 'JWT, verified offline'],
    [`apis/${payments.id}?tab=encryption`, 'Add key'],
    ['authorization-servers', 'Payments'],
    [`authorization-servers/${orders.serverId}`, 'Rotate and revoke'],
    ['federation', 'No identity providers'],
    ['clusters', 'orders-eu'],
    ['revocations', 'Test or exercise'],
    ['explain', 'Token or jti'],
    ['audit', 'user.created'],
    ['sql', 'Ctrl Enter'],
  ]
}

describe('the places of the console', () => {
  let world: ConsoleWorld
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    world = await openConsoleWorld()
    await world.admin.revoke({ type: 'user', id: world.people[1].id })
    ;({ page, complaints } = await world.open())
  })
  afterAll(() => world.close())

  async function go(at: Page, place: string, shown: string): Promise<void> {
    await at.goto(`${world.url}${place}`)
    await at.locator('main').getByText(shown).locator('visible=true').first().waitFor()
  }

  it('show what they are for, break no policy, and have no serious barrier that axe-core can find', async () => {
    const axe = await readFile(AXE, 'utf8')
    const found: string[] = []
    const places = placesOf(world)
    // Dark differs in its colours alone: the places that have most of them.
    const dark = places.filter(([place]) => ['', 'users', 'clusters', 'sql'].includes(place))
    for (const [colorScheme, shownIn] of [
      ['light', places],
      ['dark', dark],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const [place, shown] of shownIn) {
        await go(page, place, shown)
        await page.evaluate(axe)
        const result = await page.evaluate<
          { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
        >('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)')
        for (const { id, impact, nodes } of result)
          if (impact === 'serious' || impact === 'critical')
            found.push(`${colorScheme} ${place}: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
      }
    }
    expect(found).toEqual([])
    expect(complaints).toEqual([])
  })

  it('fit a phone', async () => {
    const narrow = await world.openAgain(page, { viewport: { width: 360, height: 740 }, hasTouch: true })
    const wide: string[] = []
    for (const [place, shown] of placesOf(world)) {
      await narrow.page.goto(`${world.url}${place}`)
      // What is left out of a narrow row is in the document all the same.
      await narrow.page.locator('main').getByText(shown).first().waitFor({ state: 'attached' })
      const width: number = await narrow.page.evaluate('document.documentElement.scrollWidth')
      if (width > 360) wide.push(`${place}: ${width}`)
    }
    expect(wide).toEqual([])
    await narrow.page.getByRole('button', { name: 'Places' }).click()
    await narrow.page.getByRole('dialog').getByRole('link', { name: 'Users' }).click()
    await narrow.page.getByRole('link', { name: world.people[0].login }).waitFor()
    await narrow.page.context().close()
  })

  it('show hostile names as text, and quote them in a file', async () => {
    const hostile = [
      `<img src=x onerror="document.title='taken'">`,
      '\u202egnp.exe',
      'W'.repeat(10_000),
      '=cmd|calc!A1',
    ]
    const { store } = world.nodes.nodes[0].authority
    const showAt = async (places: readonly string[]) => {
      for (const label of hostile) {
        await store.write(SYSTEM, ({ db }) =>
          db
            .updateTable('applications')
            .set({ label })
            .where('client_id', '=', world.shop.clientId)
            .execute(),
        )
        for (const place of places) {
          await page.goto(`${world.url}${place}`)
          await page
            .locator('main')
            .getByText(label.slice(0, 9).replace('\u202e', '\u2423'))
            .first()
            .waitFor()
          expect(await page.locator('main img').count()).toBe(0)
          expect(await page.title()).not.toBe('taken')
          const [width, shown]: [number, number] = await page.evaluate(
            '[document.documentElement.scrollWidth, innerWidth]',
          )
          expect(width, `${place} with ${label.slice(0, 20)}`).toBeLessThanOrEqual(shown)
        }
      }
    }
    await showAt(['applications', `applications/${world.shop.id}`, `users/${world.people[0].id}?tab=tokens`])
    const { id } = await world.admin.ok('POST /api/rescind/v1/revocations', {
      target: { type: 'application', id: world.shop.id },
      reason: 'test',
    })
    await showAt(['revocations', `revocations/${id}`])
    await world.admin.ok('POST /api/rescind/v1/revocations', {
      target: { type: 'user', id: world.people[1].id },
      reason: 'test',
      note: '=HYPERLINK("https://evil.example")',
    })
    await go(page, 'audit', 'user.revoked')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ])
    const csv = await readFile(await download.path(), 'utf8')
    expect(csv).toContain('user.revoked')
    for (const cell of csv.matchAll(/(?:^|,)"([^"]*)/gm)) expect(cell[1]).not.toMatch(/^[=+\-@]/)
    expect(complaints).toEqual([])
  })

  it('make a key in the browser and send its public half alone', async () => {
    await go(page, `applications/${world.billing.id}?tab=keys`, 'Signing keys')
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.postData() ?? ''))
    await page.getByRole('button', { name: 'Add key' }).first().click()
    await page.getByRole('button', { name: 'Make key' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download private key' }).click(),
    ])
    const made: { d: string; kid: string } = JSON.parse(await readFile(await download.path(), 'utf8'))
    await page.getByRole('button', { name: 'Add public key' }).click()
    await page.getByRole('list', { name: 'Signing keys' }).getByText(made.kid).waitFor()
    expect(made.d.length).toBeGreaterThan(40)
    expect(sent.join()).not.toContain(made.d)
  })

  it('add a user, disable the user, and say why not yet deleted', async () => {
    await go(page, 'users', world.people[0].login)
    await page.getByRole('button', { name: 'Add user' }).click()
    await page.getByRole('dialog').getByLabel('Login').fill('new@example.com')
    await page.getByRole('dialog').getByRole('button', { name: 'Add user' }).click()
    await page.getByRole('heading', { name: 'new@example.com' }).waitFor()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    const remove = page.getByRole('menuitem', { name: /^Delete/ })
    expect(await remove.isDisabled()).toBe(true)
    expect(await remove.textContent()).not.toBe('Delete')
    await page.getByRole('menuitem', { name: 'Disable' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.locator('main').getByText('Disabled').first().waitFor()
  })

  it('show a secret, and write down that they did', async () => {
    await go(page, `applications/${world.shop.id}?tab=secrets`, 'known by its hash')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('button', { name: 'Copy the secret' }).waitFor()
    await go(page, 'audit', 'secret.revealed')
  })

  it('add an authorization server and an API of it, rotate its key, and revoke one', async () => {
    await go(page, 'authorization-servers', 'Payments')
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Add server' }).click()
    await dialog.getByLabel('Name').fill('Stock')
    await dialog.getByLabel('Audience').fill('https://stock.example.com')
    await dialog.getByRole('button', { name: 'Add server' }).click()
    await page.getByRole('heading', { name: 'Stock', exact: true }).waitFor()
    const keys = page.getByRole('list', { name: 'Signing keys' }).getByRole('listitem')
    const withState = (state: string) => keys.filter({ has: page.getByText(state, { exact: true }) })
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await dialog.getByRole('button', { name: 'Rotate', exact: true }).click()
    await withState('Retired').waitFor()
    expect(await withState('Revoked').count()).toBe(0)
    await page.getByRole('button', { name: 'Rotate and revoke' }).click()
    await dialog.getByLabel(/to confirm/).fill('revoke')
    await dialog.getByRole('button', { name: 'Rotate and revoke' }).click()
    await withState('Revoked').waitFor()
    expect([await withState('Active').count(), await withState('Retired').count()]).toEqual([1, 1])

    await go(page, 'apis', 'https://orders.example.com')
    await page.getByRole('button', { name: 'Add API' }).click()
    await dialog.getByLabel('Name').fill('Warehouse')
    await dialog.getByLabel('Value').fill('https://warehouse.example.com')
    await dialog.getByLabel('Issued by').selectOption('Stock')
    await dialog.getByRole('button', { name: 'Add API' }).click()
    await page.getByRole('heading', { name: 'Warehouse' }).waitFor()
  })

  it('add a cluster, and hand over its credential once, in the lines to paste', async () => {
    await go(page, 'clusters', 'orders-eu')
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Add cluster' }).click()
    await dialog.getByLabel('Name').fill('warehouse-us')
    await dialog.getByRole('button', { name: 'Add cluster' }).click()
    const credential = (await dialog.locator('.once code').textContent()) ?? ''
    expect(credential.length).toBeGreaterThan(20)
    for (const kind of ['Fastify', 'nginx', 'Envoy']) {
      await dialog.getByLabel('For', { exact: true }).selectOption(kind)
      expect(await dialog.locator('pre').textContent()).toContain(credential)
    }
    await dialog.getByRole('button', { name: 'Open the cluster' }).click()
    await page.getByRole('heading', { name: 'warehouse-us' }).waitFor()
    expect(await page.locator('body').textContent()).not.toContain(credential)
  })

  it("change a cluster's contract, and say what of the old one goes on", async () => {
    await go(page, 'clusters', 'orders-eu')
    await page.getByRole('link', { name: 'orders-eu' }).click()
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Edit contract' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByText('When this takes effect').count()).toBe(0)
    await dialog.getByLabel('Name').fill('orders-west')
    await dialog.getByLabel('Stale after, in seconds').fill('7.5')
    await dialog.getByText('holds until it ends, at most 10 s after').waitFor()
    await dialog.getByLabel('When stale').selectOption('introspect')
    expect(await dialog.getByText('refuses everything (503) from then on').count()).toBe(1)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'orders-west' }).waitFor()
    const { items } = await world.admin.ok('GET /api/rescind/v1/clusters')
    const [saved] = items.filter(({ name }: { name: string }) => name === 'orders-west')
    expect(saved).toMatchObject({ maxStaleness: 7_500, whenStale: 'introspect', apis: [world.orders.id] })
  })

  it('answer SQL, and complete what the server says can be named', async () => {
    await go(page, 'sql', 'Ctrl Enter')
    await page.getByLabel('SQL statement').click()
    await page.keyboard.press('Control+a')
    for (const [typed, offered] of [
      ['SELECT * FROM rescind.', 'revocations'],
      ['SELECT * FROM rescind.clusters.', 'nodes'],
      ['SELECT n. FROM rescind.clusters.nodes n', 'lag'],
    ] as const) {
      await page.keyboard.press('Control+a')
      await page.keyboard.type(typed)
      if (typed.startsWith('SELECT n.')) {
        await page.keyboard.press('Home')
        for (let step = 0; step < 'SELECT n.'.length; step += 1) await page.keyboard.press('ArrowRight')
      }
      await page.keyboard.press('Control+Space')
      await page.getByRole('option', { name: new RegExp(`^${offered}`) }).waitFor()
      await page.keyboard.press('Escape')
    }
    await page.keyboard.press('Control+a')
    await page.keyboard.type('SHOW SERVICES IN okta;')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('region', { name: 'Result' }).getByText('apps').first().waitFor()
  })

  it('show a provider with its keys, and revoke them: what is gone, and what is ticked, is blocked', async () => {
    const provider = await openProvider('stolen', 'kept')
    onTestFinished(() => provider.close())
    await connectProvider(world.admin, provider.issuer, 'Robots')
    await refreshDue(world.nodes.nodes[0].authority)
    complaints.splice(0)
    await go(page, 'federation', 'Robots')
    const keys = page.getByRole('list', { name: 'Keys', exact: true }).getByRole('listitem')
    const stateOf = (kid: string) => keys.filter({ hasText: kid }).textContent()
    await keys.filter({ hasText: 'stolen' }).getByText('Trusted').waitFor()
    expect(await keys.count()).toBe(2)
    await page.getByText('takes the tokens of Robots').waitFor()

    provider.publish('kept', 'fresh')
    await page.getByRole('button', { name: 'Revoke JWKS' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('is logged out, in every connected organization').waitFor()
    await dialog.getByLabel('kept').check()
    await dialog.getByLabel(/to confirm/).fill('Robots')
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.waitForURL('**/revocations/**')

    await page.goto(`${world.url}federation`)
    await keys.filter({ hasText: 'fresh' }).getByText('Trusted').waitFor()
    expect(await stateOf('stolen')).toContain('Blocked for ever')
    expect(await stateOf('kept')).toContain('Blocked for ever')
    expect(complaints).toEqual([])
  })
})
