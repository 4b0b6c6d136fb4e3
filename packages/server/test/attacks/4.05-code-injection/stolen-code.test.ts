import { expect, it } from 'vitest'
import { createClient } from '../../support/management.ts'
import { authorize, exchange } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it("is useless in the attacker's own session: the verifier is another", async () => {
  const stolen = await authorize(honest(world()))
  const own = await authorize(honest(world(), { person: world().ben }))
  const injected = new URL(own.callback)
  injected.searchParams.set('code', stolen.callback.searchParams.get('code') ?? '')
  await expect(exchange({ ...own, callback: injected })).rejects.toMatchObject({ error: 'invalid_grant' })
})

it('is useless to another client', async () => {
  const stolen = await authorize(honest(world()))
  const client = await createClient(world().admin)
  await expect(exchange({ ...stolen, flow: { ...stolen.flow, client } })).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

it('is useless with another redirect address', async () => {
  const stolen = await authorize(honest(world()))
  const callback = new URL(stolen.callback)
  callback.pathname = '/elsewhere'
  await expect(exchange({ ...stolen, callback })).rejects.toMatchObject({ error: 'invalid_grant' })
})
