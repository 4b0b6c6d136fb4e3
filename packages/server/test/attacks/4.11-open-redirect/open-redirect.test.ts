import { expect, it } from 'vitest'
import { attackedWorld, honest, tampered } from '../world.ts'

const world = attackedWorld()
const evil = 'https://evil.example/'

it.each([
  { name: 'an unknown client', changes: { client_id: 'nobody', redirect_uri: evil } },
  { name: 'an address that is not registered', changes: { redirect_uri: evil } },
  { name: 'a bad request and an address that is not registered', changes: { redirect_uri: evil, scope: '' } },
  {
    name: 'a pushed request that nobody pushed',
    changes: { request_uri: 'urn:ietf:params:oauth:request_uri:x', redirect_uri: evil },
  },
])('$name: the failure is shown, and nobody is sent anywhere', async ({ changes }) => {
  const { reply, text } = await tampered(honest(world()), changes)
  expect(reply.status).toBe(400)
  expect(reply.headers.get('location')).toBeNull()
  expect(text).not.toContain('href="https://evil')
})

it('signing out leads only to addresses that are registered', async () => {
  const url = new URL(`${world().apis.jwt.issuer}/v1/logout`)
  url.search = new URLSearchParams({
    client_id: world().web.clientId,
    post_logout_redirect_uri: evil,
  }).toString()
  const reply = await fetch(url, { redirect: 'manual' })
  expect(reply.headers.get('location') ?? '').not.toContain('evil')
  expect(reply.status).toBe(400)
})
