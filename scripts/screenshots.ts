/**
 * `npm run screenshots`: photographs the pages of the console, light, dark and narrow, into docs/screenshots. The
 * authority is a real one, filled through its own APIs.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { signIn } from '../packages/server/test/console/pages/person.ts'
import { connectProvider, openProvider } from '../packages/server/test/console/pages/provider.ts'
import { type Seed, seed } from '../packages/server/test/console/pages/seed.ts'
import { openChromium } from '../packages/server/test/oidc/pages/chromium.ts'
import { startServer } from '../packages/server/test/support/server-process.ts'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const ADMINISTRATOR = { login: 'admin@localhost', password: 'photograph-9-of-the-console' }
const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1360, height: 860 } },
  dark: { colorScheme: 'dark', viewport: { width: 1360, height: 860 } },
  narrow: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
} as const
type Look = keyof typeof LOOKS

interface Shot {
  readonly name: string
  readonly path: string
  /** What has to be there before, and what is done first. */
  readonly prepare?: (page: Page) => Promise<void>
}

function shotsOf({ people, shop, orders }: Seed): readonly Shot[] {
  const [ada] = people
  return [
    { name: 'overview', path: '' },
    { name: 'users', path: 'users' },
    { name: 'user', path: `users/${ada.id}` },
    { name: 'user-tokens', path: `users/${ada.id}?tab=tokens` },
    {
      name: 'revoke-dialog',
      path: `users/${ada.id}?tab=tokens`,
      prepare: async (page) => {
        await page
          .getByRole('button', { name: /^Revoke access token/ })
          .first()
          .click()
        await page.locator('.preview[aria-busy=false]').waitFor()
      },
    },
    { name: 'applications', path: 'applications' },
    { name: 'application', path: `applications/${shop.id}` },
    { name: 'application-keys', path: `applications/${shop.id}?tab=keys` },
    { name: 'apis', path: 'apis' },
    { name: 'api', path: `apis/${orders.id}` },
    { name: 'authorization-servers', path: 'authorization-servers' },
    { name: 'authorization-server', path: `authorization-servers/${orders.serverId}` },
    {
      name: 'federation',
      path: 'federation',
      prepare: (page) => page.getByText('Trusted', { exact: true }).nth(1).waitFor(),
    },
    {
      name: 'revoke-jwks',
      path: 'federation',
      prepare: async (page) => {
        await page.getByRole('button', { name: 'Revoke JWKS' }).click()
        await page.getByRole('dialog').getByText('Block for ever').waitFor()
        await page.getByRole('dialog').getByText('Exact scope').waitFor()
      },
    },
    { name: 'clusters', path: 'clusters' },
    {
      name: 'cluster',
      path: 'clusters',
      prepare: async (page) => {
        await page.getByRole('link', { name: 'orders-eu' }).click()
        await page.getByRole('rowheader').first().waitFor()
      },
    },
    { name: 'revocations', path: 'revocations' },
    {
      name: 'revocation',
      path: 'revocations',
      prepare: async (page) => {
        await page.getByRole('table').getByRole('link').first().click()
        await page.getByText('In effect after').waitFor()
      },
    },
    {
      name: 'revoke-application',
      path: `applications/${shop.id}`,
      prepare: async (page) => {
        await page.getByRole('button', { name: 'Revoke All Tokens' }).click()
        await page.locator('.preview[aria-busy=false]').waitFor()
      },
    },
    {
      name: 'explain',
      path: `users/${people[7]?.id}?tab=tokens`,
      prepare: async (page) => {
        await page.getByText('Revoked', { exact: true }).first().click()
        await page.getByRole('link', { name: 'Why is it not good?' }).first().click()
        await page.getByText('This token is revoked.').waitFor()
      },
    },
    { name: 'application-secrets', path: `applications/${shop.id}?tab=secrets` },
    { name: 'audit', path: 'audit' },
    {
      name: 'sql',
      path: 'sql',
      prepare: async (page) => {
        await page.getByRole('button', { name: 'Run' }).click()
        await page.getByRole('region', { name: 'Result' }).waitFor()
      },
    },
  ]
}

async function photograph(browser: Browser, url: string, look: Look, shots: readonly Shot[]): Promise<void> {
  const context = await browser.newContext({ ...LOOKS[look], reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') process.stderr.write(`${page.url()}: ${message.text()}\n`)
  })
  page.on('pageerror', (error) => process.stderr.write(`${page.url()}: ${error.message}\n`))
  await page.goto(`${url}/console/`)
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  await page.screenshot({ path: join(FOLDER, `sign-in-${look}.png`) })
  await signIn(page, `${url}/console/`, ADMINISTRATOR)
  for (const { name, path, prepare } of shots) {
    await page.goto(`${url}/console/${path}`)
    await page.locator('#page-title').waitFor()
    await page.waitForLoadState('networkidle')
    await prepare?.(page)
    await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`) })
  }
  await context.close()
}

const only = process.argv.slice(2)
const dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
await mkdir(FOLDER, { recursive: true })
const apiToken = 'photographs-need-an-api-token-of-their-own'
const server = await startServer(
  { dataDir },
  {
    RESCIND_ADMIN_API_TOKEN: apiToken,
    RESCIND_ADMIN_LOGIN: ADMINISTRATOR.login,
    RESCIND_ADMIN_PASSWORD: ADMINISTRATOR.password,
    RESCIND_ALLOW_PRIVATE_NETWORKS: 'true',
  },
)
const browser = await openChromium()
const world = await seed(server.url, apiToken, 'shown')
const provider = await openProvider('2026-10', '2026-11')
try {
  await world.admin.revoke({ type: 'user', id: world.people[7]?.id ?? '' })
  await connectProvider(world.admin, provider.issuer, 'Workloads')
  const shots = shotsOf(world).filter(({ name }) => only.length === 0 || only.includes(name))
  for (const look of ['light', 'dark', 'narrow'] as const) await photograph(browser, server.url, look, shots)
} finally {
  await browser.close()
  await provider.close()
  await world.close()
  await server.end('SIGTERM')
  await rm(dataDir, { recursive: true })
}
