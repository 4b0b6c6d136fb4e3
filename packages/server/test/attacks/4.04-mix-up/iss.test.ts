import * as openid from 'openid-client'
import { expect, it } from 'vitest'
import { authorize, configurationOf, exchange } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('every response names its issuer, so a client notices whom it hears', async () => {
  const pending = await authorize(honest(world()))
  expect(pending.callback.searchParams.get('iss')).toBe(world().apis.jwt.issuer)
  const { opaque } = world().apis
  // The honest client believes that it asked the other authorization server.
  const misled = { ...pending, flow: { ...pending.flow, api: opaque } }
  // `openid-client` stops before it sends the code anywhere.
  await expect(exchange(misled)).rejects.toMatchObject({ code: 'OAUTH_INVALID_RESPONSE' })
})

it('a code of one authorization server is worth nothing at another', async () => {
  const pending = await authorize(honest(world()))
  const { opaque } = world().apis
  const callback = new URL(pending.callback)
  callback.searchParams.set('iss', opaque.issuer)
  const forwarded = { ...pending, callback, flow: { ...pending.flow, api: opaque } }
  await expect(exchange(forwarded)).rejects.toMatchObject({ error: 'invalid_grant' })
})

it('the metadata says so, which makes clients insist', async () => {
  const config = await configurationOf(world().web, world().apis.jwt.issuer)
  expect(config).toBeInstanceOf(openid.Configuration)
  expect(config.serverMetadata().authorization_response_iss_parameter_supported).toBe(true)
})
