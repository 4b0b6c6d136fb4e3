import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTab } from '../../oidc/pages/chromium.ts'
import { type ConsoleWorld, openConsoleWorld } from './world.ts'

const HOUR = 3_600_000

describe('the session of the console', () => {
  let world: ConsoleWorld
  let ahead = 0
  beforeAll(async () => {
    world = await openConsoleWorld({ clock: { now: () => Date.now() + ahead } })
  })
  afterAll(() => world.close())

  it('begins at the authority, comes back to the place, and leaves no token in the page', async () => {
    const { page, complaints } = await world.open('applications')
    expect(page.url()).toBe(`${world.url}applications`)
    await page.getByRole('link', { name: 'Shop' }).waitFor()
    expect(complaints).toEqual([])
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain('eyJ')
    await page.context().close()
  })

  it('ends by signing out, also at the authority', async () => {
    const { page } = await world.open()
    await page.getByRole('button', { name: 'Account and appearance' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.getByLabel('Password').waitFor()
    await page.context().close()
  })

  it('runs out, leaves the page as it was, and goes on where it stopped', async () => {
    const { page } = await world.open(`users/${world.people[1].id}`)
    await page.getByRole('heading', { name: world.people[1].login }).waitFor()
    ahead = 13 * HOUR
    // The page notices by itself, when it next looks.
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
    expect(
      await page.getByRole('heading', { name: world.people[1].login, includeHidden: true }).count(),
    ).toBe(1)
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await page.getByLabel('Username').fill(world.operator.login)
    await page.getByLabel('Password').fill(world.operator.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: world.people[1].login }).waitFor()
    await page.context().close()
  })

  it('changes nothing without the proof that the page asked', async () => {
    const { page } = await world.open()
    const body = JSON.stringify({ target: { type: 'user', id: world.people[1].id }, reason: 'test' })
    const status = await page.evaluate(
      async (sent) =>
        (
          await fetch('/api/rescind/v1/revocations', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: sent,
          })
        ).status,
      body,
    )
    expect(status).toBe(403)
    await page.context().close()
  })

  it('is in nobody else’s frame, and runs nothing but its own files', async () => {
    const answer = await fetch(world.url)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(answer.headers.get('cache-control')).toContain('no-store')
    const { page, complaints } = await openTab(world.browser)
    await page.goto(world.url)
    const refused: boolean = await page.evaluate(
      `(() => { try { document.body.innerHTML = '<img src=x>'; return false } catch { return true } })()`,
    )
    expect(refused).toBe(true)
    expect(complaints.join()).not.toContain('Content Security Policy directive: "style')
    await page.context().close()
  })
})
