import type { VerifierError } from '@rescind/verifier'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertTokens, listTokens } from '../../../src/store/queries/tokens.ts'
import { clientToken, obtain, type Tokens, userinfoStatus } from '../../support/oidc-world.ts'
import { reached } from '../../support/verifier-world.ts'
import { type ConsoleWorld, openConsoleWorld } from './world.ts'

/** The manual revocations of Entrust Identity as a Service, by the paths that its users know. */
describe('revoking in the console', () => {
  let world: ConsoleWorld
  let page: Page
  beforeAll(async () => {
    world = await openConsoleWorld()
    page = (await world.open()).page
  })
  afterAll(() => world.close())

  /** What a resource server says of an access token: null where it is good. */
  async function refusal(token: string): Promise<string | null> {
    // Whoever revokes is answered once the entry is durable; that it arrives here is another matter.
    const { items } = await world.admin.ok('GET /api/rescind/v1/revocations?limit=1')
    for (const { seq } of items) await reached(world.verifiers[0], seq)
    return world.verifiers[0].verify(token).then(
      () => null,
      (error: VerifierError) => error.code,
    )
  }
  const fresh = (): Promise<Tokens> =>
    obtain({ client: world.shop, api: world.orders, person: world.people[0] })
  const go = async (place: string) => {
    await page.goto(`${world.url}${place}`)
    await page.locator('#page-title').waitFor()
  }
  const dialog = () => page.getByRole('dialog')
  /** What is typed goes there from now on. */
  const underCursor = (field: Locator) => field.and(page.locator(':focus')).waitFor()

  it('takes one token, by the icon beside it', async () => {
    const [taken, kept] = [await fresh(), await fresh()]
    expect([await refusal(taken.access), await refusal(kept.access)]).toEqual([null, null])
    await go('users')
    await page.getByRole('link', { name: world.people[0].login }).click()
    await page.getByRole('tab', { name: 'OIDC and OAuth Tokens' }).click()
    const ofRefreshTokens = page.getByRole('button', { name: /^Revoke refresh token/ })
    await ofRefreshTokens.first().waitFor()
    await page.getByLabel('Type').selectOption('access')
    // Until the answer comes the rows of before are shown.
    await expect.poll(() => ofRefreshTokens.count()).toBe(0)
    const rows = page.getByRole('table').getByRole('row')
    // The newest is the first: the row after the head is the token that was kept.
    await expect.poll(() => rows.count()).toBeGreaterThan(3)
    await rows
      .nth(2)
      .getByRole('button', { name: /^Revoke access token/ })
      .click()
    await dialog().getByRole('heading', { name: 'Revoke Tokens' }).waitFor()
    expect(await dialog().textContent()).toContain('What this does not stop')
    await dialog()
      .getByText(/live tokens?/)
      .waitFor()
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.waitForURL('**/revocations/**')
    expect(await refusal(taken.access)).toBe('token_revoked')
    expect(await refusal(kept.access)).toBeNull()
    expect(await userinfoStatus(world.orders.issuer, taken.access)).toBe(401)
  })

  it('shows the fleet turning, and then the receipt', async () => {
    await page.getByText('In effect after').waitFor()
    await page.getByRole('region', { name: 'orders-eu' }).getByText('In force').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Receipt' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^rescind-receipt-/)
  })

  it('takes a selection, which outlives another filter, and shows it as revoked', async () => {
    const tokens = [await fresh(), await fresh()]
    await go(`users/${world.people[0].id}?tab=tokens`)
    await page.getByLabel('Type').selectOption('access')
    const boxes = page.getByRole('checkbox', { name: /^Select access token/ })
    await boxes.nth(0).check()
    await boxes.nth(1).check()
    await page.getByLabel('Type').selectOption('refresh')
    await page.getByText('2 selected').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Revoke' }).click()
    await dialog().getByRole('heading', { name: 'Revoke Tokens' }).waitFor()
    expect(await dialog().textContent()).toContain('2 tokens')
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('2 tokens revoked.').waitFor()
    for (const { access } of tokens) expect(await refusal(access)).toBe('token_revoked')
    await page.getByLabel('Type').selectOption('access')
    await page.getByText('Revoked', { exact: true }).first().click()
    await page.getByRole('link', { name: 'Why is it not good?' }).first().click()
    await page.getByText('This token is revoked.').waitFor()
    expect(await page.getByText('token.revoked').count()).toBeGreaterThan(0)
  })

  it('takes all that match a filter, also those that are not loaded: these and no others', async () => {
    const [, grace] = world.people
    const { authority } = world.nodes.nodes[0]
    const { organizationId } = await world.admin.ok('GET /api/rescind/v1/bootstrap')
    await obtain({ client: world.shop, api: world.orders, person: grace })
    await authority.store.write({ organizationId }, async (tx) => {
      const [row] = await listTokens(tx, { user: grace.id, kind: 'access' }, 1)
      if (row === undefined) throw new TypeError('there is a token')
      await insertTokens(
        tx,
        Array.from({ length: 149 }, (_, n) => ({ ...row, id: `copied-${n}` })),
      )
    })
    const liveOf = async (more: string) =>
      (await world.admin.ok(`GET /api/rescind/v1/tokens/count?user=${grace.id}&state=live${more}`)).count
    expect([await liveOf('&kind=access'), await liveOf('&kind=refresh')]).toEqual([150, 1])
    await go(`users/${grace.id}?tab=tokens`)
    await page.getByLabel('Type').selectOption('access')
    await page.getByText('150 active').waitFor()
    await page.getByRole('checkbox', { name: /^Select all 100/ }).check()
    await page.getByText('100 selected').waitFor()
    await page.getByRole('button', { name: 'Select all 150 that match' }).click()
    await page.getByText('150 selected').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Revoke' }).click()
    await dialog().getByText('150 tokens').waitFor()
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('150 tokens revoked.').waitFor()
    expect([await liveOf('&kind=access'), await liveOf('&kind=refresh')]).toEqual([0, 1])
  })

  it("takes all of a user's tokens, by Actions in the user's details", async () => {
    const tokens = await fresh()
    await go(`users/${world.people[0].id}`)
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Revoke all' }).click()
    await dialog()
      .getByText(/live tokens?/)
      .waitFor()
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.waitForURL('**/revocations/**')
    await page.getByRole('heading', { name: `User ${world.people[0].login}` }).waitFor()
    expect(await refusal(tokens.access)).toBe('token_revoked')
  })

  it("takes all tokens of an application, by the row's Actions, once its name is typed", async () => {
    const [shop, billing] = [await fresh(), await clientToken(world.billing, world.orders)]
    await go('applications')
    await page.getByRole('button', { name: 'Actions for Shop' }).click()
    await page.getByRole('menuitem', { name: 'Revoke All Tokens' }).click()
    await dialog()
      .getByText(/live tokens?/)
      .waitFor()
    const revoke = dialog().getByRole('button', { name: 'Revoke', exact: true })
    expect(await revoke.isDisabled()).toBe(true)
    await dialog()
      .getByLabel(/to confirm/)
      .fill('Shop')
    await revoke.click()
    await page.waitForURL('**/revocations/**')
    expect(await refusal(shop.access)).toBe('token_revoked')
    expect(await refusal(billing.access_token)).toBeNull()
  })

  it('takes all tokens for a resource server, by Actions of APIs/URLs', async () => {
    const [shop, billing] = [await fresh(), await clientToken(world.billing, world.orders)]
    await go('apis')
    await page.getByRole('button', { name: 'Actions for Orders' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await dialog()
      .getByText(/live tokens?/)
      .waitFor()
    await dialog()
      .getByLabel(/to confirm/)
      .fill('Orders')
    await dialog().getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.waitForURL('**/revocations/**')
    expect([await refusal(shop.access), await refusal(billing.access_token)]).toEqual([
      'token_revoked',
      'token_revoked',
    ])
  })

  it('warns whoever is about to sign themselves out', async () => {
    await go(`users/${world.operator.id}`)
    await page.getByRole('button', { name: 'Actions', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Revoke all' }).click()
    await dialog().getByText('This signs you out of this console.').waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
  })

  it('needs no mouse: Ctrl-K, Revoke…, the target, the reason, Enter', async () => {
    const { access } = await fresh()
    await go('')
    await page.keyboard.press('Control+k')
    await underCursor(page.getByRole('combobox', { name: 'Find or revoke' }))
    await page.keyboard.type('revoke')
    await page.getByRole('option', { name: /Revoke…/ }).waitFor()
    await page.keyboard.press('Enter')
    await underCursor(page.getByLabel('What do you want to revoke?'))
    await page.keyboard.press('Tab')
    await page.keyboard.type(world.people[0].login)
    await dialog()
      .getByRole('button', { name: new RegExp(world.people[0].login) })
      .waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog()
      .getByText(/live tokens?/)
      .waitFor()
    await dialog().getByLabel('Reason').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.type('INC-4711')
    const revoke = dialog().getByRole('button', { name: 'Revoke', exact: true })
    await expect.poll(() => revoke.isEnabled()).toBe(true)
    for (let steps = 0; steps < 4; steps += 1) {
      await page.keyboard.press('Tab')
      if (await revoke.evaluate((button) => button === button.ownerDocument.activeElement)) break
    }
    await page.keyboard.press('Enter')
    await page.waitForURL('**/revocations/**')
    await page.getByText('INC-4711').waitFor()
    expect(await refusal(access)).toBe('token_revoked')
  })
})
