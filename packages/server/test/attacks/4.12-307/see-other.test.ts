import { expect, it } from 'vitest'
import { Browser, formWith, pageOf } from '../../support/browser.ts'
import { authorizationRequest } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('a password that was posted is not posted on: the answer is 303', async () => {
  const flow = honest(world())
  const { url } = await authorizationRequest(flow)
  const browser = new Browser(flow.api.issuer)
  const page = pageOf(await browser.open(url))
  const form = formWith(page, 'sign-in')
  const target = new URL(form.action, page.url)
  const { login, password } = flow.person
  const reply = await fetch(target, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      cookie: browser.cookiesFor(target),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ ...form.fields, login, password, do: 'sign-in' }),
  })
  expect(reply.status).toBe(303)
})
