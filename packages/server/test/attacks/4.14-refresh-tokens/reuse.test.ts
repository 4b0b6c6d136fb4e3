import { expect, it } from 'vitest'
import { introspect, obtain, refresh } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

let later = 0
const world = attackedWorld({ clock: { now: () => Date.now() + later } })
const active = async (token: string) => (await introspect(world(), world().apis.jwt.issuer, token)).active

it('a stolen copy that is used after its owner has gone on ends the whole family', async () => {
  const stolen = await obtain(honest(world()))
  const owner = await refresh(await refresh(stolen))
  expect(await active(owner.access)).toBe(true)
  // Beyond the seconds in which it would pass for a race of the owner with itself.
  later += 6_000
  await expect(refresh(stolen)).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(await active(owner.access)).toBe(false)
  await expect(refresh(owner)).rejects.toMatchObject({ error: 'invalid_grant' })
})

it('a thief who was first loses it as soon as the owner comes', async () => {
  const owner = await obtain(honest(world()))
  const thief = await refresh(owner)
  later += 6_000
  await expect(refresh(owner)).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(await active(thief.access)).toBe(false)
  await expect(refresh(thief)).rejects.toMatchObject({ error: 'invalid_grant' })
})

it('a racer within those seconds is refused, gets nothing, and harms nobody', async () => {
  const owner = await obtain(honest(world()))
  const next = await refresh(owner)
  await expect(refresh(owner)).rejects.toMatchObject({ error: 'temporarily_unavailable' })
  expect(await active(next.access)).toBe(true)
})

it('no family outlives fourteen days, however busy it is', async () => {
  let tokens = await obtain(honest(world()))
  for (let days = 0; days < 13; days += 4) {
    later += 4 * 86_400_000
    if (days < 12) tokens = await refresh(tokens)
  }
  await expect(refresh(tokens)).rejects.toMatchObject({ error: 'invalid_grant' })
})
