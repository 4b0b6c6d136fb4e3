import { expect, it } from 'vitest'
import { configurationOf, obtain } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('there is no flow that hands a token to a browser', async () => {
  const config = await configurationOf(world().web, world().apis.jwt.issuer)
  expect(config.serverMetadata().response_types_supported).toEqual(['code'])
  expect(config.serverMetadata().grant_types_supported).not.toContain('implicit')
})

it('an ID token is no access token', async () => {
  const { idToken, flow } = await obtain(honest(world()))
  const reply = await fetch(`${flow.api.issuer}/v1/userinfo`, {
    headers: { authorization: `Bearer ${idToken}` },
  })
  expect(reply.status).toBe(401)
})
