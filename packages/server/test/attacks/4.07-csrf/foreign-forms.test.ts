import { expect, it } from 'vitest'
import { Browser, formWith, pageOf } from '../../support/browser.ts'
import { authorizationRequest } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

async function signInPage() {
  const flow = honest(world())
  const { url } = await authorizationRequest(flow)
  const browser = new Browser(flow.api.issuer)
  return { browser, page: pageOf(await browser.open(url)), person: flow.person }
}

it.each([
  { name: 'from another site', headers: { 'sec-fetch-site': 'cross-site' } },
  { name: 'from a sibling of the site', headers: { 'sec-fetch-site': 'same-site' } },
  { name: 'by another origin', headers: { origin: 'https://evil.example' } },
  { name: 'by nobody who says so', headers: {} },
])('a sign-in that was sent $name is refused', async ({ headers }) => {
  const { browser, page, person } = await signInPage()
  const form = formWith(page, 'sign-in')
  const target = new URL(form.action, page.url)
  const reply = await fetch(target, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      ...headers,
      cookie: browser.cookiesFor(target),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      ...form.fields,
      login: person.login,
      password: person.password,
      do: 'sign-in',
    }),
  })
  expect(reply.status).toBe(403)
})

it("a form of the attacker's own session does not fit the victim's", async () => {
  const [victim, attacker] = [await signInPage(), await signInPage()]
  const { token } = formWith(attacker.page, 'sign-in').fields
  const { login, password } = victim.person
  const form = formWith(victim.page, 'sign-in')
  const filled = { login, password, do: 'sign-in', token: token ?? '' }
  const { status } = pageOf(await victim.browser.submit(victim.page, form, filled))
  expect(status).toBe(403)
})
