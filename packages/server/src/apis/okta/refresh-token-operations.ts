import type { Authority } from '../../authority/index.ts'
import {
  findRefreshToken,
  listRefreshTokens,
  type RefreshScope,
  revokeRefreshToken,
} from '../../revocation/refresh-tokens.ts'
import { answerPage, pageRequest } from './pagination.ts'
import { type Expand, familyOf, showRefreshTokens } from './refresh-token-shown.ts'
import type { OktaCall, OktaServices } from './route.ts'

/** Where a list of refresh tokens is, and whose they are. */
export interface TokenPlace {
  readonly scope: RefreshScope
  /** Below `/api/v1`. */
  readonly path: string
}

interface ListQuery extends Expand {
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

type Asked = Pick<OktaCall, 'actor' | 'request' | 'reply' | 'publicUrl'>

/** What the three lists of refresh tokens have in common: only whose tokens they hold differs. */
export function refreshTokenOperations(authority: Authority, { knowledge }: OktaServices) {
  return {
    /** A page of those that are good now. */
    async list(call: Asked & { readonly query: ListQuery }, { scope, path }: TokenPlace, pageSize: number) {
      const { actor, query } = call
      const { limit, after } = pageRequest(query, pageSize)
      const index = await knowledge.confirm(actor.organizationId)
      const { items, next } = await listRefreshTokens(authority, index, actor, scope, {
        limit,
        ...(after !== undefined && { after: { issuedAt: after.createdAt, id: after.id } }),
      })
      const shown = await showRefreshTokens(authority, actor, items, path, query)
      const page = next === null ? {} : { next: { createdAt: next.issuedAt, id: next.id } }
      return answerPage(call, { items: shown, ...page }, (token) => token)
    },

    async get(
      { actor, query }: Asked & { readonly query: Expand },
      { scope, path }: TokenPlace,
      tokenId: string,
    ) {
      const index = await knowledge.confirm(actor.organizationId)
      const token = await findRefreshToken(authority, index, actor, scope, familyOf(tokenId))
      const [shown] = await showRefreshTokens(authority, actor, [token], path, query)
      return shown
    },

    async revoke({ actor }: Asked, scope: RefreshScope, tokenId: string) {
      const index = await knowledge.confirm(actor.organizationId)
      await revokeRefreshToken(authority, index, actor, scope, familyOf(tokenId))
    },
  }
}
