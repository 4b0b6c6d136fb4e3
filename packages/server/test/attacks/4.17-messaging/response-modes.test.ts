import { expect, it } from 'vitest'
import { configurationOf } from '../../support/oidc-world.ts'
import { attackedWorld, honest, tampered } from '../world.ts'

const world = attackedWorld()

it.each(['web_message', 'web_message.relay', 'fragment.jwt', 'unknown'])(
  'no response goes out by %s',
  async (response_mode) => {
    const { reply, text } = await tampered(honest(world()), { response_mode, prompt: 'none' })
    expect(text).not.toContain('postMessage')
    const location = reply.headers.get('location') ?? ''
    expect(location).not.toContain('code=')
  },
)

it('none is announced', async () => {
  const config = await configurationOf(world().web, world().apis.jwt.issuer)
  expect(JSON.stringify(config.serverMetadata().response_modes_supported)).not.toContain('web_message')
})
