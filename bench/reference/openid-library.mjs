/**
 * Reference: the OpenID library alone with its in-memory adapter, as a bare server. Clients, keys and the port's
 * issuer come from `BENCH_RESPONSE`; prints its port.
 */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const { keys, client, resource } = JSON.parse(process.env.BENCH_RESPONSE)

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks: { keys },
    clients: [client],
    clientDefaults: { id_token_signed_response_alg: keys[0].alg },
    scopes: ['openid', 'offline_access'],
    ttl: { ClientCredentials: 3600 },
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
  server.on('request', provider.callback())
  process.stdout.write(`${port}\n`)
})
