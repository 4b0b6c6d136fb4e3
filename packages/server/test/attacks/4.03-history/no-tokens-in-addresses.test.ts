import { expect, it } from 'vitest'
import { authorize, obtain } from '../../support/oidc-world.ts'
import { attackedWorld, honest, tampered } from '../world.ts'

const world = attackedWorld()

it('an access token in an address is not taken', async () => {
  const { access, flow } = await obtain(honest(world()))
  const reply = await fetch(`${flow.api.issuer}/v1/userinfo?access_token=${access}`)
  expect(reply.status).toBe(401)
})

it.each(['token', 'id_token', 'code token', 'id_token token', 'code id_token'])(
  'no tokens are sent through an address: response_type=%s',
  async (response_type) => {
    const { reply } = await tampered(honest(world()), { response_type, prompt: 'none' })
    const location = reply.headers.get('location') ?? ''
    expect(location).not.toMatch(/access_token=|id_token=/)
    expect(location === '' ? 'unsupported_response_type' : location).toContain('unsupported_response_type')
  },
)

it('what an address in the history holds is worth nothing once it was used', async () => {
  const pending = await authorize(honest(world()))
  expect([...pending.callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state'])
})
