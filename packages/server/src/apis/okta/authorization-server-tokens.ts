import { Type } from 'typebox'
import { revokeRefreshTokens } from '../../revocation/refresh-tokens.ts'
import { refreshTokenOperations } from './refresh-token-operations.ts'
import { Expand, ServerTokenList } from './refresh-token-shown.ts'
import type { OktaResource } from './route.ts'

const Path = Type.Object({ authServerId: Type.String(), clientId: Type.String() })
const OneToken = Type.Object({ authServerId: Type.String(), clientId: Type.String(), tokenId: Type.String() })
const about = 'OAuth2RefreshToken'
const TOKENS = '/authorizationServers/{authServerId}/clients/{clientId}/tokens'
/** Okta has no bound here; a page has one, and says where the next begins. */
const PAGE = 200

/** `/authorizationServers/{id}/clients/{clientId}/tokens`: the refresh tokens of a client from one issuer. */
export const authorizationServerTokens: OktaResource = (okta, authority, services) => {
  const tokens = refreshTokenOperations(authority, services)
  const placeOf = ({
    authServerId,
    clientId,
  }: {
    readonly authServerId: string
    readonly clientId: string
  }) => ({
    scope: { issuer: authServerId, client: clientId },
    path: `/authorizationServers/${authServerId}/clients/${clientId}/tokens`,
  })

  okta.route(`GET ${TOKENS}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: Path,
    query: ServerTokenList,
    run: (call) => tokens.list(withLimit(call), placeOf(call.params), PAGE),
    answer: (page) => page,
  })

  okta.route(`DELETE ${TOKENS}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: Path,
    run: ({ actor, params }) => revokeRefreshTokens(authority, actor, placeOf(params).scope),
    status: 204,
  })

  okta.route(`GET ${TOKENS}/{tokenId}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: OneToken,
    query: Expand,
    run: (call) => tokens.get(call, placeOf(call.params), call.params.tokenId),
    answer: (token) => token,
  })

  okta.route(`DELETE ${TOKENS}/{tokenId}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: OneToken,
    run: (call) => tokens.revoke(call, placeOf(call.params).scope, call.params.tokenId),
    status: 204,
  })
}

/** -1, which Okta has for "all", is what is meant where nothing is said. */
function withLimit<Call extends { readonly query: { readonly limit?: number | undefined } }>(
  call: Call,
): Call {
  return call.query.limit === -1 ? { ...call, query: { ...call.query, limit: undefined } } : call
}
