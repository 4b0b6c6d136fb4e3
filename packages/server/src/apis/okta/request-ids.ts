import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Names each response (`X-Okta-Request-Id`; a retry quotes it) and keeps it out of every cache. */
export function nameRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-okta-request-id': randomBytes(20).toString('base64url'),
      'cache-control': 'no-cache, no-store',
    })
  })
}
