import { buildHttp } from '../../../src/start/http.ts'
import type { TestApi, TestClient } from '../../support/management.ts'
import type { TestNode } from '../../support/nodes.ts'

/** The authority started again over the same database: what it knows of the log it reads anew. */
export async function restarted({
  nodes: [{ authority }],
}: {
  readonly nodes: readonly [TestNode, ...TestNode[]]
}) {
  const app = buildHttp(authority, {
    oktaRequestsPerMinute: 1_000_000,
    trustedProxies: [],
    draining: () => false,
  })
  await app.ready()
  return {
    async introspect(
      { clientId, secret = '' }: TestClient,
      { issuer }: TestApi,
      token: string,
    ): Promise<unknown> {
      const reply = await app.inject({
        method: 'POST',
        url: `${new URL(issuer).pathname}/v1/introspect`,
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: new URLSearchParams({ token }).toString(),
      })
      return reply.json()
    },
    async userinfo({ issuer }: TestApi, token: string): Promise<number> {
      const reply = await app.inject({
        url: `${new URL(issuer).pathname}/v1/userinfo`,
        headers: { authorization: `Bearer ${token}` },
      })
      return reply.statusCode
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}
