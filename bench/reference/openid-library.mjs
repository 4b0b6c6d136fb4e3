/**
 * Reference: the OpenID library alone with its in-memory adapter, as a bare server. Clients, keys and the port's
 * issuer come from `BENCH_RESPONSE`; prints its port. `/bench/tokens` hands out what a user's sign-in would have
 * brought: refresh tokens, and an access token for userinfo.
 */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const { keys, client, resource } = JSON.parse(process.env.BENCH_RESPONSE)
const HOUR = 3_600

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks: { keys },
    clients: [client],
    clientDefaults: { id_token_signed_response_alg: keys[0].alg },
    scopes: ['openid', 'offline_access'],
    rotateRefreshToken: true,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    ttl: { ClientCredentials: HOUR, AccessToken: HOUR, RefreshToken: HOUR, IdToken: HOUR, Grant: HOUR },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, indicator) => ({
          scope: 'read',
          audience: indicator,
          accessTokenFormat: indicator === resource ? 'jwt' : 'opaque',
          jwt: { sign: { alg: keys[0].alg } },
        }),
      },
    },
  })
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (request.url !== '/bench/tokens') return callback(request, response)
    signIn(provider).then((tokens) => response.end(JSON.stringify(tokens)))
  })
  process.stdout.write(`${port}\n`)
})

async function signIn(provider) {
  const owner = await provider.Client.find(client.client_id)
  const grant = new provider.Grant({ accountId: 'ada', clientId: client.client_id })
  grant.addOIDCScope('openid offline_access')
  const grantId = await grant.save(HOUR)
  const common = {
    accountId: 'ada',
    client: owner,
    grantId,
    scope: 'openid offline_access',
    gty: 'authorization_code',
  }
  const refresh = await new provider.RefreshToken(common).save()
  const access = await new provider.AccessToken(common).save()
  return { refresh, access }
}
