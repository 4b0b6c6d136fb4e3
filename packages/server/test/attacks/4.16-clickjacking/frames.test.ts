import { expect, it } from 'vitest'
import { Browser, pageOf } from '../../support/browser.ts'
import { authorizationRequest } from '../../support/oidc-world.ts'
import { attackedWorld, honest } from '../world.ts'

const world = attackedWorld()

it('no page can be framed, or kept by a cache', async () => {
  const flow = honest(world())
  const { url } = await authorizationRequest(flow)
  const pages = [url.href, `${flow.api.issuer}/v1/device`, `${flow.api.issuer}/v1/authorize?client_id=nobody`]
  for (const address of pages) {
    const { headers } = pageOf(await new Browser(flow.api.issuer).open(address))
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toContain('no-store')
  }
})
