import { expect, it } from 'vitest'
import { createClient } from '../../support/management.ts'
import { authorize, exchange } from '../../support/oidc-world.ts'
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
  const client = await createClient(world().admin, { settings: {} })
  const flow = honest(world(), { client, scope: 'openid' })
  const { reply } = await tampered(flow, {
    code_challenge: null,
    code_challenge_method: null,
    prompt: 'none',
  })
  // No code without a challenge exists, so none can be redeemed with a stray verifier.
  expect(reply.headers.get('location') ?? '').toContain('error=invalid_request')
})
