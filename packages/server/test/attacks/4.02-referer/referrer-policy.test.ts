import { expect, it } from 'vitest'
import { Browser, pageOf } from '../../support/browser.ts'
import { authorizationRequest } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('pages tell nobody the address that they stand at, and load nothing from elsewhere', async () => {
  const flow = honest(world())
  const { url } = await authorizationRequest(flow)
  const page = pageOf(await new Browser(flow.api.issuer).open(url))
  expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page.html).not.toMatch(/(?:src|href)="https?:/)
})
