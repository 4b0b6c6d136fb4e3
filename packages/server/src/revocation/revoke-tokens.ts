import type { Position, ReasonCode } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { head } from '../log/index.ts'
import { findToken } from '../store/queries/tokens.ts'
import { recordRevocation } from './record.ts'

/** As many as one transaction takes without others having to wait for it. */
export const MOST_TOKENS_AT_ONCE = 1_000

export interface TokensRevoked {
  readonly revoked: number
  /** Had been revoked one by one before. */
  readonly repeated: number
  readonly unknown: readonly string[]
  /** Whoever has applied this position refuses all of them. */
  readonly position: Position
}

/**
 * Revokes tokens that somebody chose one by one: an entry each, in one transaction. For whatever has a name of its
 * own (a user, an application, an API) `revoke` does with one entry, and reaches what is not in a list.
 *
 * @param ids at most `MOST_TOKENS_AT_ONCE`
 */
export function revokeTokens(
  authority: Authority,
  actor: Actor,
  ids: readonly string[],
  { reason, note }: { readonly reason: ReasonCode; readonly note?: string },
): Promise<TokensRevoked> {
  const why = { code: reason, ...(note === undefined ? {} : { note }) }
  return authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const unknown: string[] = []
      let [revoked, repeated] = [0, 0]
      for (const id of new Set(ids)) {
        const row = await findToken(tx, id)
        if (row === undefined) {
          unknown.push(id)
          continue
        }
        const target = { type: 'token', token: row.id, class: row.kind, expires: row.expires_at } as const
        const recorded = await recordRevocation(authority, tx, actor, target, why)
        if (recorded.repeated) repeated += 1
        else revoked += 1
      }
      return { revoked, repeated, unknown, position: (await head(tx)).position }
    },
    'urgent',
  )
}
