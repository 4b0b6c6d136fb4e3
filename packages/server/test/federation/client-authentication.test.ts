import { describe, expect, it } from 'vitest'
import { clientAuthentication } from '../../src/oidc/pages/provider-exchange.ts'
import { Secret } from '../../src/secrets/index.ts'

/** What a token endpoint is sent. */
function sent(...how: Parameters<typeof clientAuthentication>) {
  const [body, headers] = [new URLSearchParams(), new Headers()]
  const server = { issuer: 'https://idp.example.com' }
  clientAuthentication(...how)(server, { client_id: 'rescind' }, body, headers)
  return { ...Object.fromEntries(body), ...Object.fromEntries(headers) }
}

describe('Rescind tells an identity provider who it is', () => {
  const secret = new Secret('a b')
  const basic = { authorization: `Basic ${btoa('rescind:a+b')}` }
  const post = { client_id: 'rescind', client_secret: 'a b' }

  it.each([
    ['by its id alone without a secret', undefined, ['client_secret_basic'], { client_id: 'rescind' }],
    ['by the header where nothing is said', secret, undefined, basic],
    ['by the header where both will do', secret, ['client_secret_post', 'client_secret_basic'], basic],
    ['by the form where only that will do', secret, ['client_secret_post', 'private_key_jwt'], post],
    ['by the header where nothing that we know will do', secret, ['private_key_jwt'], basic],
  ] as const)('%s', (_, known, methods, expected) => {
    expect(sent(known, methods)).toEqual(expected)
  })
})
