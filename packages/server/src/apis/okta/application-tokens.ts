import { Type } from 'typebox'
import { revokeRefreshTokens } from '../../revocation/refresh-tokens.ts'
import { refreshTokenOperations } from './refresh-token-operations.ts'
import { Expand, TokenList } from './refresh-token-shown.ts'
import type { OktaResource } from './route.ts'

const Path = Type.Object({ appId: Type.String() })
const OneToken = Type.Object({ appId: Type.String(), tokenId: Type.String() })
const about = 'OAuth2RefreshToken'
const TOKENS = '/apps/{appId}/tokens'
const PAGE = 20

/** `/apps/{appId}/tokens`: the refresh tokens of an application, whoever its users are. */
export const applicationTokens: OktaResource = (okta, authority, services) => {
  const tokens = refreshTokenOperations(authority, services)
  const placeOf = ({ appId }: { readonly appId: string }) => ({
    scope: { application: appId },
    path: `/apps/${appId}/tokens`,
  })

  okta.route(`GET ${TOKENS}`, {
    requires: 'okta.apps.read',
    about,
    params: Path,
    query: TokenList,
    run: (call) => tokens.list(call, placeOf(call.params), PAGE),
    answer: (page) => page,
  })

  okta.route(`DELETE ${TOKENS}`, {
    requires: 'okta.apps.manage',
    about,
    params: Path,
    run: ({ actor, params }) => revokeRefreshTokens(authority, actor, placeOf(params).scope),
    status: 204,
  })

  okta.route(`GET ${TOKENS}/{tokenId}`, {
    requires: 'okta.apps.read',
    about,
    params: OneToken,
    query: Expand,
    run: (call) => tokens.get(call, placeOf(call.params), call.params.tokenId),
    answer: (token) => token,
  })

  okta.route(`DELETE ${TOKENS}/{tokenId}`, {
    requires: 'okta.apps.manage',
    about,
    params: OneToken,
    run: (call) => tokens.revoke(call, placeOf(call.params).scope, call.params.tokenId),
    status: 204,
  })
}
