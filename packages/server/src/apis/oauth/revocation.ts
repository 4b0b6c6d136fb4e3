import type { FastifyInstance } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { revokeByClient } from '../../revocation/by-client.ts'
import { clientOf } from './client.ts'
import { formIn } from './form.ts'
import { type IssuerRoutes, issuerRoute } from './issuer-routes.ts'

/**
 * `POST …/revoke` (RFC 7009): a client takes back a token of its own. 200 with nothing in it, whether or not there
 * was something to revoke; when it is sent, the revocation is durable and every node's answers obey it.
 */
export function revocation(app: FastifyInstance, routes: IssuerRoutes): void {
  issuerRoute(app, routes, 'POST', 'revoke', async (issuer, request, reply) => {
    const form = formIn(request.body)
    const { client } = await clientOf(issuer, request, form, {
      endpoint: 'revoke',
      mayBeInAddress: false,
      attempts: routes.attempts,
    })
    const token = form.get('token')
    if (token === undefined) throw new DomainError('token_parameter_missing')
    const { authority, organizationId, issuerId } = issuer
    const { clientId, label } = client
    await revokeByClient(authority, { clientId, label, organizationId, issuerId }, token)
    return reply.header('cache-control', 'no-store').send()
  })
}
