import { expect, it } from 'vitest'
import { dpopOf, introspect, obtain, refresh, userinfoStatus } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('a token that is bound to a key is worth nothing without it, at userinfo or for a refresh', async () => {
  const flow = honest(world())
  const dpop = await dpopOf(flow.client, flow.api.issuer)
  const stolen = await obtain({ ...flow, dpop })
  expect(await userinfoStatus(flow.api.issuer, stolen.access)).toBe(401)
  const thief = await dpopOf(flow.client, flow.api.issuer)
  const native = await obtain({ ...flow, client: world().native, dpop })
  await expect(refresh({ ...native, flow: { ...native.flow, dpop: thief } })).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

it('a token is for one API, and says which (section 4.9)', async () => {
  const tokens = await obtain(honest(world()))
  const { jwt, opaque } = world().apis
  expect((await introspect(world(), jwt.issuer, tokens.access)).aud).toBe(jwt.identifier)
  // At another authorization server it is nothing.
  expect(await introspect(world(), opaque.issuer, tokens.access)).toEqual({ active: false })
  expect(await userinfoStatus(opaque.issuer, tokens.access)).toBe(401)
})

it('a refresh token is no access token, and the other way round', async () => {
  const tokens = await obtain(honest(world()))
  expect(await userinfoStatus(world().apis.jwt.issuer, tokens.refresh ?? '')).toBe(401)
  await expect(refresh({ ...tokens, refresh: tokens.access })).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})
