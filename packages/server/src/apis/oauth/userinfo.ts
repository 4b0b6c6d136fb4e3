import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { activeUserClaims } from '../../oidc/accounts.ts'
import { claimsForScopes } from '../../oidc/claims.ts'
import { endpointsOf } from '../../oidc/endpoints.ts'
import { acceptAccessToken, type PresentedAccess } from '../../tokens/access.ts'
import type { KnownIssuer } from '../../tokens/issuers.ts'
import { formIn } from './form.ts'
import { type IssuerRoutes, issuerRoute } from './issuer-routes.ts'

const AUTHORIZATION = /^(Bearer|DPoP) ([\x21-\x7e]+)$/i

/**
 * `GET` or `POST …/userinfo` (OpenID Connect Core section 5.3): the claims of a user that the scopes of an access
 * token open. Any active access token of this authorization server will do that has the scope `openid`, whatever
 * its format and whichever API it is for.
 */
export function userinfo(app: FastifyInstance, routes: IssuerRoutes): void {
  issuerRoute(app, routes, ['GET', 'POST'], 'userinfo', async (issuer, request, reply) => {
    const { row } = await acceptAccessToken(issuer, presentedIn(issuer, request))
    const scopes = new Set(row.scopes.split(' '))
    if (!scopes.has('openid')) throw new DomainError('access_token_scope_missing', { scope: 'openid' })
    const claims = row.user_id === null ? undefined : await activeUserClaims(issuer, row.user_id)
    if (claims === undefined) throw new DomainError('access_token_invalid')
    return answer(reply, claimsForScopes(claims, scopes))
  })
}

function answer(reply: FastifyReply, claims: object): FastifyReply {
  return reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(claims)
}

/** By header, or in the body of a form (RFC 6750 section 2.2); never in the address, where it would be logged. */
function presentedIn(issuer: KnownIssuer, request: FastifyRequest): PresentedAccess {
  const { authorization, dpop } = request.headers
  const [, scheme, token] = AUTHORIZATION.exec(authorization ?? '') ?? []
  const inBody = formIn(request.body).get('access_token')
  if (authorization !== undefined && inBody !== undefined) throw new DomainError('invalid_request')
  if (authorization === undefined && inBody === undefined) throw new DomainError('access_token_missing')
  const presented = token ?? inBody
  if (presented === undefined) throw new DomainError('access_token_missing')
  return {
    scheme: scheme?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    token: presented,
    proof: typeof dpop === 'string' ? dpop : undefined,
    method: request.method,
    url: `${endpointsOf(issuer)}/userinfo`,
  }
}
