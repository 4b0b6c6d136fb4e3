import type { Actor, Authority } from '../authority/index.ts'
import type { TokenFilter } from '../store/token-filter.ts'
import { resolveTarget } from './resolve.ts'

/** How a search names users, applications and APIs: as `resolveTarget` understands them. */
export interface TokenSearch {
  readonly user?: string | undefined
  readonly application?: string | undefined
  readonly api?: string | undefined
  readonly authorizationServer?: string | undefined
  readonly session?: string | undefined
  readonly grant?: string | undefined
  readonly kind?: 'access' | 'refresh' | undefined
  readonly issuedFrom?: number | undefined
  readonly issuedBefore?: number | undefined
}

/**
 * The ledger's words for a search: a login becomes a user's id, an API's id its identifier.
 *
 * @throws DomainError `not_found` for a user, application or API that the organization does not have
 */
export async function filterOf(
  authority: Authority,
  actor: Actor,
  search: TokenSearch,
): Promise<TokenFilter> {
  const { authorizationServer: issuer, session, grant, kind, issuedFrom, issuedBefore } = search
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const named: { user?: string; client?: string; api?: string } = {}
    for (const [type, id] of [
      ['user', search.user],
      ['application', search.application],
      ['api', search.api],
    ] as const) {
      if (id === undefined) continue
      const target = await resolveTarget(authority, tx, { type, id })
      if (target.type === 'user') named.user = target.user
      if (target.type === 'application') named.client = target.client
      if (target.type === 'api') named.api = target.resource
    }
    return {
      ...named,
      ...(issuer === undefined ? {} : { issuer }),
      ...(session === undefined ? {} : { session }),
      ...(grant === undefined ? {} : { grant }),
      ...(kind === undefined ? {} : { kind }),
      ...(issuedFrom === undefined ? {} : { issuedFrom }),
      ...(issuedBefore === undefined ? {} : { issuedBefore }),
    }
  })
}
