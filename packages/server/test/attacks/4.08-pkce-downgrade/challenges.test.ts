import { expect, it } from 'vitest'
import { Browser } from '../../support/browser.ts'
import { createClient } from '../../support/management.ts'
import { authorizationRequest, authorize, exchange, walk } from '../../support/oidc-world.ts'
import { attackedWorld, honest, tampered } from '../world.ts'

const world = attackedWorld()

it.each([
  { name: 'without a challenge', changes: { code_challenge: null, code_challenge_method: null } },
  { name: 'with `plain`', changes: { code_challenge_method: 'plain' } },
  { name: 'with the method left out, which means `plain`', changes: { code_challenge_method: null } },
])('a request $name is refused, also where PKCE was not demanded', async ({ changes }) => {
  for (const client of [world().web, world().native]) {
    const { reply } = await tampered(honest(world(), { client, scope: 'openid' }), {
      ...changes,
      prompt: 'none',
    })
    const location = reply.headers.get('location') ?? ''
    expect(location).toContain('error=')
    expect(location).not.toContain('error=login_required')
  }
})

it('a code is not to be had with another verifier, or none', async () => {
  const pending = await authorize(honest(world()))
  await expect(exchange({ ...pending, verifier: 'x'.repeat(43) })).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

it('a verifier where no challenge was bound is refused (section 4.8.2)', async () => {
  // The one kind of client that may do without: confidential, and an administrator said so.
  const client = await createClient(world().admin, { credentials: { pkce_required: false } })
  const flow = honest(world(), { client })
  const { url, ...remembered } = await authorizationRequest(flow)
  url.searchParams.delete('code_challenge')
  url.searchParams.delete('code_challenge_method')
  const browser = new Browser(flow.api.issuer)
  const callback = await walk(browser, url, flow.person)
  expect(callback.searchParams.get('code')).not.toBeNull()
  const pending = { flow, callback, browser, ...remembered }
  await expect(exchange(pending)).rejects.toMatchObject({ error: 'invalid_grant' })
})
