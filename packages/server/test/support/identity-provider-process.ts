/**
 * An identity provider in a process of its own: `oidc-provider` on the loopback address, whose signing key its parent
 * replaces. Orders come by IPC, each answered once it is carried out.
 */
import { createServer, type RequestListener } from 'node:http'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Provider } from 'oidc-provider'
import type { ProviderOrder } from './identity-provider.ts'

const AUDIENCE = 'urn:example:orders'

let serial = 0
async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  serial += 1
  return { ...(await exportJWK(privateKey)), kid: `key-${serial}`, use: 'sig', alg: 'ES256' }
}

let answer: RequestListener = (_, response) => response.destroy()
let isUp = true
const server = createServer((request, response) => (isUp ? answer(request, response) : response.destroy()))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('no port was given')
const issuer = `http://127.0.0.1:${address.port}`

/** The first signs. */
let keys: readonly JWK[] = [await newKey()]
const { CALLBACK = 'http://127.0.0.1/callback' } = process.env
const groups = ['ops']

function providerOf(signedBy: readonly JWK[]): RequestListener {
  const provider = new Provider(issuer, {
    jwks: { keys: [...signedBy] },
    clients: [
      {
        client_id: 'robot',
        client_secret: 'a secret of the robot',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'rescind',
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
        redirect_uris: [CALLBACK],
      },
      {
        client_id: 'rescind-with-secret',
        client_secret: 'what only the two know',
        id_token_signed_response_alg: 'ES256',
        redirect_uris: [CALLBACK],
      },
    ],
    // Every person of this provider goes by the name that was typed in.
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, name: id, groups }),
    }),
    claims: { openid: ['sub'], email: ['email'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    conformIdTokenClaims: false,
    extraTokenClaims: () => ({ groups }),
    cookies: { keys: ['a key for cookies'] },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
  return provider.callback()
}

answer = providerOf(keys)
process.on('message', async (order: ProviderOrder) => {
  switch (order) {
    case 'replace':
    case 'add': {
      const fresh = await newKey()
      keys = order === 'add' ? [fresh, ...keys] : [fresh]
      answer = providerOf(keys)
      break
    }
    case 'down':
    case 'up':
      isUp = order === 'up'
  }
  process.send?.({ issuer, key: keys[0] })
})
process.on('disconnect', () => process.exit())
process.send?.({ issuer, key: keys[0] })
