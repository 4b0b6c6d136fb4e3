import { expect, it } from 'vitest'
import { attackedWorld } from '../world.ts'

const world = attackedWorld()

it.each([
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'https' },
  { forwarded: 'host=evil.example;proto=https' },
  { 'x-forwarded-prefix': '/evil' },
  { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9' },
])('what a client says of proxies is not believed: %o', async (headers) => {
  const { issuer } = world().apis.jwt
  const document = `${issuer}/.well-known/openid-configuration`
  const [honest, forged] = await Promise.all([fetch(document), fetch(document, { headers })])
  expect(await forged.text()).toBe(await honest.text())
})

it('nor does a forged address get into the ledger', async () => {
  const { apis, inspector, admin } = world()
  const { clientId, secret } = inspector
  await fetch(`${apis.jwt.issuer}/v1/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
      'x-forwarded-for': '203.0.113.9',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'orders:read' }),
  })
  const { items } = await admin.ok(`GET /api/rescind/v1/tokens?application=${clientId}`)
  expect(items).toHaveLength(1)
  expect(JSON.stringify(items)).not.toContain('203.0.113.9')
})
