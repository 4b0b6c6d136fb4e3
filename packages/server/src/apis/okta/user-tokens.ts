import { Type } from 'typebox'
import { revokeRefreshTokens } from '../../revocation/refresh-tokens.ts'
import { refreshTokenOperations } from './refresh-token-operations.ts'
import { Expand, TokenList } from './refresh-token-shown.ts'
import type { OktaResource } from './route.ts'

const Path = Type.Object({ userId: Type.String(), clientId: Type.String() })
const OneToken = Type.Object({ userId: Type.String(), clientId: Type.String(), tokenId: Type.String() })
const about = 'OAuth2RefreshToken'
const TOKENS = '/users/{userId}/clients/{clientId}/tokens'
const PAGE = 20

/** `/users/{userId}/clients/{clientId}/tokens`: the refresh tokens of a user at an application. */
export const userTokens: OktaResource = (okta, authority, services) => {
  const tokens = refreshTokenOperations(authority, services)
  const placeOf = ({ userId, clientId }: { readonly userId: string; readonly clientId: string }) => ({
    scope: { user: userId, client: clientId },
    path: `/users/${userId}/clients/${clientId}/tokens`,
  })

  okta.route(`GET ${TOKENS}`, {
    requires: 'okta.users.read',
    about,
    params: Path,
    query: TokenList,
    run: (call) => tokens.list(call, placeOf(call.params), PAGE),
    answer: (page) => page,
  })

  okta.route(`DELETE ${TOKENS}`, {
    requires: 'okta.users.manage',
    about,
    params: Path,
    run: ({ actor, params }) => revokeRefreshTokens(authority, actor, placeOf(params).scope),
    status: 204,
  })

  okta.route(`GET ${TOKENS}/{tokenId}`, {
    requires: 'okta.users.read',
    about,
    params: OneToken,
    query: Expand,
    run: (call) => tokens.get(call, placeOf(call.params), call.params.tokenId),
    answer: (token) => token,
  })

  okta.route(`DELETE ${TOKENS}/{tokenId}`, {
    requires: 'okta.users.manage',
    about,
    params: OneToken,
    run: (call) => tokens.revoke(call, placeOf(call.params).scope, call.params.tokenId),
    status: 204,
  })
}
