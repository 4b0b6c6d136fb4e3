import type { FastifyInstance } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { introspect } from '../../tokens/introspect.ts'
import { clientOf } from './client.ts'
import { formIn } from './form.ts'
import { type IssuerRoutes, issuerRoute } from './issuer-routes.ts'

/**
 * `POST …/introspect` (RFC 7662): what a token of this very authorization server is worth, by the newest knowledge.
 * `token_type_hint` may be anything: a token tells its own kind.
 */
export function introspection(app: FastifyInstance, routes: IssuerRoutes): void {
  issuerRoute(app, routes, 'POST', 'introspect', async (issuer, request, reply) => {
    const form = formIn(request.body)
    const place = { endpoint: 'introspect', mayBeInAddress: true, attempts: routes.attempts }
    const { client, authenticated } = await clientOf(issuer, request, form, place)
    const token = form.get('token')
    if (token === undefined) throw new DomainError('token_parameter_missing')
    const answer = await introspect(issuer, { clientId: client.clientId, authenticated }, token)
    return reply.header('cache-control', 'no-store').send(answer)
  })
}
