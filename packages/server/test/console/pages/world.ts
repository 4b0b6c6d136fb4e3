import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startEffects } from '../../../src/revocation/effect/completion.ts'
import { openChromium, openTab } from '../../oidc/pages/chromium.ts'
import { DATABASES } from '../../support/databases.ts'
import { Management } from '../../support/management.ts'
import { type NodesOptions, openNodes, type TestNodes } from '../../support/nodes.ts'
import { type Administrator, signIn } from './person.ts'
import { type Seed, seed } from './seed.ts'

const BUILD = join(import.meta.dirname, '../../../../../scripts/build-console.mjs')

/** A running authority with the console as it is built, a world in it, and a browser. */
export interface ConsoleWorld extends Seed {
  readonly nodes: TestNodes
  readonly browser: Browser
  /** `<origin>/console/`. */
  readonly url: string
  /** Somebody who may do everything in the organization. */
  readonly operator: Administrator & { readonly id: string }
  /** A browser of its own with somebody newly signed in, at a place of the console. */
  open(place?: string, options?: BrowserContextOptions, who?: Administrator): Promise<Tab>
  /** The same with the operator's session of the tab that was opened before, for what is not about signing in. */
  openAgain(of: Page, options?: BrowserContextOptions): Promise<Tab>
}

interface Tab {
  readonly page: Page
  readonly complaints: string[]
}

export async function openConsoleWorld(options: NodesOptions = {}): Promise<ConsoleWorld> {
  const { status } = spawnSync(process.execPath, [BUILD], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the console does not build')
  const [database] = DATABASES
  if (database === undefined) throw new TypeError('there is always a database')
  const nodes = await openNodes(database, options)
  const [seeded, browser] = await Promise.all([
    seed(nodes.publicUrl, nodes.apiToken, 'small'),
    openChromium(),
  ])
  const stopping = new AbortController()
  // The job that writes receipts, as the server runs it.
  const effects = startEffects(nodes.nodes[0].authority, stopping.signal)
  const operator = await createOperator(new Management(nodes.publicUrl, nodes.apiToken))
  const url = `${nodes.publicUrl}/console/`
  return {
    ...seeded,
    nodes,
    browser,
    url,
    operator,
    async open(place = '', more = {}, who = operator) {
      const tab = await openTab(browser, more)
      await signIn(tab.page, `${url}${place}`, who)
      // Asking who is signed in is answered 401 before, which browsers write down as an error.
      tab.complaints.splice(0)
      return tab
    },
    async openAgain(of, more = {}) {
      return openTab(browser, { ...more, storageState: await of.context().storageState() })
    },
    async close() {
      await browser.close()
      await seeded.close()
      stopping.abort()
      await effects
      await nodes.close()
    },
  }
}

async function createOperator(admin: Management): Promise<ConsoleWorld['operator']> {
  const [login, password] = ['operator@example.com', 'correct-horse-battery-7']
  const { id } = await admin.ok('POST /api/rescind/v1/users', {
    profile: { login, email: login },
    password,
    activate: true,
  })
  await admin.ok(`PUT /api/rescind/v1/users/${id}/roles/organization_admin`)
  return { id, login, password }
}
