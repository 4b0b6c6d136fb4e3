import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Tokens } from '../tables/tokens.ts'
import { type TokenCursor, type TokenFilter, tokensInOrder } from '../token-filter.ts'

/** A row of the ledger as it is written; who owns it is the transaction's matter. */
export type NewToken = Omit<Tokens, 'organization_id' | 'consumed_at' | 'last_used_at'>

/** Writes many rows in one statement; a part of the caller's transaction. */
export async function insertTokens(tx: WriteTx, rows: readonly NewToken[]): Promise<void> {
  const organization_id = organizationOf(tx)
  await tx.db
    .insertInto('tokens')
    .values(rows.map((row) => ({ ...row, organization_id, consumed_at: null, last_used_at: null })))
    .execute()
}

export async function findToken(tx: ReadTx, id: string): Promise<Tokens | undefined> {
  return tx.db
    .selectFrom('tokens')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** @param handle base64url SHA-256 of what the holder presented */
export async function findTokenByHandle(tx: ReadTx, handle: string): Promise<Tokens | undefined> {
  return tx.db
    .selectFrom('tokens')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('handle', '=', handle)
    .executeTakeFirst()
}

/**
 * Marks a refresh token as exchanged, once.
 *
 * @returns false where it had been already: of two that try at once, one is told so
 */
export async function consumeToken(tx: WriteTx, id: string, at: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('tokens')
    .set({ consumed_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A page of the ledger, newest first. */
export async function listTokens(
  tx: ReadTx,
  filter: TokenFilter,
  limit: number,
  after?: TokenCursor,
): Promise<Tokens[]> {
  return tokensInOrder(tx, filter, limit, after).selectAll().execute()
}

/** What counting and judging need of a row, without its texts. */
const FACTS = [
  'id',
  'kind',
  'format',
  'issuer_id',
  'incarnation',
  'seq',
  'user_id',
  'client_id',
  'grant_id',
  'session_id',
  'identity_provider',
  'api',
  'signing_key',
  'assertion_key',
  'issued_at',
  'expires_at',
  'consumed_at',
] as const

export type TokenFacts = Pick<Tokens, (typeof FACTS)[number]>

/** The same as `listTokens`, of each row no more than can be counted. */
export async function listTokenFacts(
  tx: ReadTx,
  filter: TokenFilter,
  limit: number,
  after?: TokenCursor,
): Promise<TokenFacts[]> {
  return tokensInOrder(tx, filter, limit, after).select(FACTS).execute()
}

/**
 * Removes rows that expired before a time, a bounded number of them.
 *
 * @returns how many; fewer than `limit` means that none is left
 */
export async function deleteExpiredTokens(tx: WriteTx, before: number, limit: number): Promise<number> {
  const organization = organizationOf(tx)
  const { numDeletedRows } = await tx.db
    .deleteFrom('tokens')
    .where('organization_id', '=', organization)
    .where('id', 'in', (rows) =>
      rows
        .selectFrom('tokens')
        .select('id')
        .where('organization_id', '=', organization)
        .where('expires_at', '<', before)
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
