import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshDue } from '../../../src/federation/provider-keys/refresh.ts'
import { connectProvider, openProvider, type PublishedProvider } from './provider.ts'
import { type ConsoleWorld, openConsoleWorld } from './world.ts'

describe('the federation in the console', () => {
  let world: ConsoleWorld
  let provider: PublishedProvider
  beforeAll(async () => {
    world = await openConsoleWorld()
    provider = await openProvider('stolen', 'kept')
    await connectProvider(world.admin, provider.issuer, 'Robots')
    await refreshDue(world.nodes.nodes[0].authority)
  })
  afterAll(async () => {
    await provider.close()
    await world.close()
  })

  it('shows a provider with its keys, and revokes them: what is gone, and what is ticked, is blocked', async () => {
    const { page, complaints } = await world.open('federation')
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
    await page.context().close()
  })
})
