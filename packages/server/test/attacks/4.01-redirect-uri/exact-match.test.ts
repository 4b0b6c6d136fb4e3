import { expect, it } from 'vitest'
import { createClient } from '../../support/management.ts'
import { attackedWorld, honest, tampered } from '../world.ts'

const world = attackedWorld()

it.each([
  'https://shop.example.com/callback/',
  'https://shop.example.com/callback?more=1',
  'https://shop.example.com/callback#fragment',
  'https://shop.example.com/callback/../evil',
  'https://shop.example.com/callbackevil',
  'https://shop.example.com:8443/callback',
  'https://shop.example.com.evil.example/callback',
  'https://evil.example/callback',
  'https://evil.example/https://shop.example.com/callback',
  'https://shop.example.com@evil.example/callback',
  'https://SHOP.example.com/callback',
  'http://shop.example.com/callback',
  'https://shop.example.com/%63allback',
  'javascript:alert(1)',
  'data:text/html,hello',
  '//shop.example.com/callback',
])('is not sent to %s', async (redirect_uri) => {
  const { reply, text } = await tampered(honest(world()), { redirect_uri })
  expect(reply.status).toBe(400)
  expect(reply.headers.get('location')).toBeNull()
  expect(text).not.toContain('code=')
})

it('is not guessed where a client leaves it out', async () => {
  const { reply } = await tampered(honest(world()), { redirect_uri: null })
  expect(reply.status).toBe(400)
  expect(reply.headers.get('location')).toBeNull()
})

it.each(['https://*.example.com/callback', 'https://shop.example.com/callback#x', 'javascript:alert(1)'])(
  'cannot be registered as %s',
  async (redirectUri) => {
    await expect(createClient(world().admin, { redirectUri })).rejects.toThrow(/ 400 /)
  },
)
