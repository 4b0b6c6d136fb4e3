import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM } from '../../../src/store/index.ts'
import { DATABASES } from '../../support/databases.ts'
import { openChromium, openTab } from './chromium.ts'
import { API, openPagesWorld, PASSWORD, type PagesWorld, type Person } from './world.ts'

/** Set to a folder, every page is photographed there: light, dark and narrow. */
const SHOTS = process.env.RESCIND_PAGE_SHOTS

const AXE = new URL('../../../../../node_modules/axe-core/axe.min.js', import.meta.url)

describe('the pages in a browser', () => {
  const [database] = DATABASES
  if (database === undefined) throw new TypeError('there is always a database')
  let world: PagesWorld
  let browser: Browser
  let application: Server
  beforeAll(async () => {
    application = createServer((request, response) => {
      response.setHeader('content-type', 'text/plain')
      response.end(`the application was called with ${request.url}`)
    })
    const callback = await new Promise<string>((resolve, reject) => {
      application.listen(0, '127.0.0.1', () => {
        const address = application.address()
        if (address === null || typeof address === 'string') reject(new TypeError('not listening'))
        else resolve(`http://127.0.0.1:${address.port}/callback`)
      })
    })
    world = await openPagesWorld(database, { callback })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    application.close()
    application.closeAllConnections()
    await world.close()
  })

  const nosy = (label = 'Nosy') => world.client({ consent_method: 'REQUIRED' }, label)

  async function signIn(page: Page, { login }: Person): Promise<void> {
    await page.getByLabel('Username').fill(login)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  /** Waits until the page was drawn: Chromium drops the keys that are pressed before, as nobody can yet see for what. */
  const seen = (page: Page) => page.screenshot()

  it('lead a person through sign-in and consent to the application, and break no policy on the way', async () => {
    const [client, person] = [await nosy(), await world.person()]
    const { page, complaints } = await openTab(browser)
    await page.goto(world.begin(client, { scope: 'openid email orders:read', resource: API }).url)
    expect(await page.title()).toBe('Sign in · Example & Sons')
    await signIn(page, person)
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${world.callback}**`)
    expect(page.url()).toContain('code=')
    expect(complaints).toEqual([])
  })

  it('need no mouse and no script', async () => {
    const [client, person] = [await nosy(), await world.person()]
    const { page } = await openTab(browser, { javaScriptEnabled: false })
    await page.goto(world.begin(client).url)
    await seen(page)
    // The cursor stands in the first field.
    await page.keyboard.type(person.login)
    await page.keyboard.press('Tab')
    await page.keyboard.type('not the password')
    expect(await page.getByLabel('Username').inputValue()).toBe(person.login)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await seen(page)
    // The message is part of what a screen reader says of the field.
    const described = await page.getByLabel('Username').getAttribute('aria-describedby')
    expect(await page.locator(`#${described}`).textContent()).toContain('not correct')
    await page.getByLabel('Password').focus()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    await seen(page)
    await page.keyboard.press('Tab')
    expect(await page.locator('button:focus').textContent()).toBe('Allow')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${world.callback}**`)
    expect(page.url()).toContain('error=access_denied')
  })

  it('run nothing that a name brings, and stay in their frame', async () => {
    const [client, person] = [await nosy(), await world.person()]
    const labels = [`<img src=x onerror="document.title='taken'">`, '\u202emoc.elpmaxe', 'W'.repeat(10_000)]
    for (const label of labels) {
      await world.authority.store.write(SYSTEM, ({ db }) =>
        db.updateTable('applications').set({ label }).where('client_id', '=', client.clientId).execute(),
      )
      const { page, complaints } = await openTab(browser, { viewport: { width: 320, height: 640 } })
      await page.goto(world.begin(client).url)
      await signIn(page, person)
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.title()).toBe('Allow access? · Example & Sons')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
      expect(complaints).toEqual([])
    }
  })

  it('cannot be framed', async () => {
    const { page } = await openTab(browser)
    await page.goto(world.callback)
    const url = world.begin(await nosy()).url
    await page.setContent(`<iframe src="${url}"></iframe>`)
    const frame = page.frames()[1]
    await frame?.waitForLoadState()
    expect(await frame?.locator('form').count()).toBe(0)
  })

  it('do not serve a form of another site', async () => {
    const [client, person] = [await world.client(), await world.person()]
    const { page } = await openTab(browser)
    await page.goto(world.begin(client).url)
    await signIn(page, person)
    await page.waitForURL(`${world.callback}**`)
    await page.setContent(
      `<form method="post" action="${world.origin}/oauth2/v1/account"><input name="do" value="sign-out"><button>Win</button></form>`,
    )
    await page.getByRole('button', { name: 'Win' }).click()
    await page.getByText('Nothing was changed').waitFor()
  })

  it('have no barrier that axe-core can find, in any look', async () => {
    const [client, person] = [
      await nosy('A shop with a rather long name, for example of a chain'),
      await world.person(),
    ]
    const axe = await readFile(AXE, 'utf8')
    for (const look of LOOKS) {
      const { page } = await openTab(browser, look.options)
      const check = async (name: string) => {
        if (SHOTS !== undefined)
          await page.screenshot({ path: `${SHOTS}/${name}-${look.name}.png`, fullPage: true })
        await page.evaluate(axe)
        const violations: unknown = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
        )
        expect({ name, look: look.name, violations }).toEqual({ name, look: look.name, violations: [] })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          Number(await page.evaluate('innerWidth')),
        )
      }
      const begun = world.begin(client, {
        scope: 'openid profile email orders:read',
        resource: API,
        prompt: 'consent',
      })
      await page.goto(begun.url)
      await check('sign-in')
      await page.getByLabel('Username').fill(person.login)
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').waitFor()
      await check('sign-in-refused')
      await signIn(page, person)
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
      await check('consent')
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(`${world.callback}**`)
      await world.exchange(client, begun, page.url())
      await page.goto(`${world.origin}/oauth2/v1/account`)
      await check('account')
      await page.goto(`${world.issuer}/v1/device`)
      await check('device')
      await page.goto(`${world.issuer}/v1/logout`)
      await check('logout')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByText('You have signed out').waitFor()
      await check('signed-out')
      await page.goto(`${world.issuer}/v1/authorize`)
      await check('error')
      await page.context().close()
    }
  })
})

const LOOKS = [
  { name: 'light', options: { colorScheme: 'light', viewport: { width: 1024, height: 768 } } },
  { name: 'dark', options: { colorScheme: 'dark', viewport: { width: 1024, height: 768 } } },
  { name: 'narrow', options: { colorScheme: 'light', viewport: { width: 320, height: 640 } } },
] as const
