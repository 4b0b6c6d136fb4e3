import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'
import { endpointsOf } from '../../oidc/endpoints.ts'
import {
  publishedStatusList,
  STATUS_LIST_TTL,
  statusListAddresses,
} from '../../tokens/status-lists/publish.ts'
import { type IssuerRoutes, issuerRoute } from './issuer-routes.ts'

const MEDIA_TYPE = 'application/statuslist+jwt'
const Path = Compile(Type.Object({ listId: Type.String({ pattern: '^stl[0-9A-Za-z]{17}$' }) }))

/**
 * `GET …/status-lists/{id}` (Token Status List, "Status List Request") and `GET …/status-lists` ("Status List
 * Aggregation"): for verifiers that read a list in the place of the log. Anybody may; a list names no token and nobody.
 */
export function statusLists(app: FastifyInstance, routes: IssuerRoutes): void {
  issuerRoute(app, routes, 'GET', 'status-lists', async (issuer, _request, reply) => {
    const status_lists = await statusListAddresses(issuer, endpointsOf(issuer))
    return open(reply).header('cache-control', 'no-cache').send({ status_lists })
  })
  issuerRoute(app, routes, 'GET', 'status-lists/:listId', async (issuer, request, reply) => {
    const { listId } = listIn(request)
    const { jwt } = await publishedStatusList(issuer, endpointsOf(issuer), listId)
    return open(reply)
      .headers({ 'cache-control': `max-age=${STATUS_LIST_TTL}`, vary: 'accept' })
      .type(MEDIA_TYPE)
      .send(jwt)
  })
}

/** As the draft asks for: a verifier in a page of another origin may read it. */
function open(reply: FastifyReply): FastifyReply {
  return reply.header('access-control-allow-origin', '*')
}

/**
 * Which list is asked for. Past states are not kept, and we say so ("Historical Resolution"): a reader that took
 * today's list for yesterday's would be wrong without knowing.
 *
 * @throws DomainError `not_found`, `status_list_not_acceptable`, `status_list_history`
 */
function listIn({ params, query, headers }: FastifyRequest): { readonly listId: string } {
  if (!Path.Check(params)) throw new DomainError('not_found')
  if (typeof query === 'object' && query !== null && 'time' in query)
    throw new DomainError('status_list_history')
  if (!accepts(headers.accept)) throw new DomainError('status_list_not_acceptable')
  return params
}

/** Whether a JWT is among what is accepted; the list as CWT is not made. */
function accepts(accept: string | undefined): boolean {
  if (accept === undefined) return true
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false
    return type === '*/*' || type === 'application/*' || type === MEDIA_TYPE
  })
}
