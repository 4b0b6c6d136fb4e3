import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ApiTokens } from '../tables/api-tokens.ts'
import { organizationTargetKey, userTargetKey } from './revocations.ts'

export type ApiTokenRow = Selectable<ApiTokens>

/** The organization comes from the transaction, never from a row. */
export type NewApiToken = Omit<ApiTokenRow, 'organization_id'>

/** @returns false where the value exists already, in whichever organization */
export async function insertApiToken(tx: WriteTx, token: NewApiToken): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('api_tokens')
    .values({ ...token, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findApiToken(tx: ReadTx, id: string): Promise<ApiTokenRow | undefined> {
  return tx.db
    .selectFrom('api_tokens')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** A token with what its owner is at this moment, all of one snapshot. */
export interface PresentedApiToken {
  readonly token: ApiTokenRow
  readonly owner: {
    readonly login: string
    readonly status: string
    readonly roles: readonly string[]
  }
  /** The present incarnation of the organization's log: what was made in an earlier one is void. */
  readonly incarnation: number
  /** The newest cutoffs of the owner and of the organization. */
  readonly cutoffs: readonly { readonly incarnation: number; readonly seq: number }[]
}

/** Hashes are unique in the installation, so the token alone tells its organization. `SYSTEM` only. */
export async function findPresentedApiToken(
  tx: ReadTx,
  tokenHash: string,
): Promise<PresentedApiToken | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  const token = await tx.db
    .selectFrom('api_tokens')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (token === undefined) return undefined
  const owner = await tx.db
    .selectFrom('users')
    .select(['login', 'status'])
    .where('organization_id', '=', token.organization_id)
    .where('id', '=', token.user_id)
    .executeTakeFirst()
  if (owner === undefined) return undefined
  const roles = await tx.db
    .selectFrom('user_roles')
    .select('role')
    .where('organization_id', '=', token.organization_id)
    .where('user_id', '=', token.user_id)
    .execute()
  const head = await tx.db
    .selectFrom('log_heads')
    .select('incarnation')
    .where('log_id', '=', token.organization_id)
    .executeTakeFirst()
  if (head === undefined) return undefined
  const cutoffs = await tx.db
    .selectFrom('revocations')
    .select(['incarnation', 'seq'])
    .where('organization_id', '=', token.organization_id)
    .where('target_key', 'in', [userTargetKey(token.user_id), organizationTargetKey(token.organization_id)])
    .execute()
  return { token, owner: { ...owner, roles: roles.map(({ role }) => role) }, ...head, cutoffs }
}

/** What a token is proved by, wherever it is: whoever signs in has said no organization yet. `SYSTEM` only. */
export function findApiTokenVerifier(
  tx: ReadTx,
  id: string,
): Promise<Pick<ApiTokenRow, 'token_hash' | 'scram_verifier'> | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db
    .selectFrom('api_tokens')
    .select(['token_hash', 'scram_verifier'])
    .where('id', '=', id)
    .executeTakeFirst()
}

export interface ApiTokenPage {
  readonly after?: { readonly createdAt: number; readonly id: string }
  readonly limit: number
}

/** In order of creation. */
export function listApiTokens(tx: ReadTx, { after, limit }: ApiTokenPage): Promise<ApiTokenRow[]> {
  let query = tx.db
    .selectFrom('api_tokens')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) {
    query = query.where(({ eb, or, and }) =>
      or([
        eb('created_at', '>', after.createdAt),
        and([eb('created_at', '=', after.createdAt), eb('id', '>', after.id)]),
      ]),
    )
  }
  return query.execute()
}

/** @returns the token that was deleted; undefined where there is none */
export function deleteApiToken(tx: WriteTx, id: string): Promise<ApiTokenRow | undefined> {
  return tx.db
    .deleteFrom('api_tokens')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** Notes when a token was last used; an older note never replaces a newer one. */
export async function noteApiTokenUse(tx: WriteTx, id: string, at: number): Promise<void> {
  await tx.db
    .updateTable('api_tokens')
    .set({ last_used_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .execute()
}
