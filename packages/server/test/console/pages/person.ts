import type { Page } from 'playwright-core'

export interface Administrator {
  readonly login: string
  readonly password: string
}

/** Opens a place of the console and signs in, as a person does. */
export async function signIn(page: Page, url: string, who: Administrator): Promise<void> {
  await page.goto(url)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('Username').fill(who.login)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('#page-title').waitFor()
}
