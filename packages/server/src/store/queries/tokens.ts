import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Tokens } from '../tables/tokens.ts'

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

/** Which tokens a list asks for; members left out do not narrow it. */
export interface TokenFilter {
  readonly id?: string
  readonly user?: string
  readonly client?: string
  readonly api?: string
  readonly issuer?: string
  readonly grant?: string
  readonly origin?: string
  readonly session?: string
  /** Thumbprint of the key that signed it, or of the client's key that obtained it. */
  readonly key?: string
  readonly kind?: Tokens['kind']
  /** Milliseconds: issued at or after this, and before that. */
  readonly issuedFrom?: number
  readonly issuedBefore?: number
  /** Milliseconds: only tokens that expire later than this. */
  readonly liveAt?: number
}

/** Where the page before ended. */
export interface TokenCursor {
  readonly issuedAt: number
  readonly id: string
}

/** A page of the ledger, newest first. */
export async function listTokens(
  tx: ReadTx,
  filter: TokenFilter,
  limit: number,
  after?: TokenCursor,
): Promise<Tokens[]> {
  let query = matching(tx, filter)
  if (after !== undefined)
    query = query.where((row) =>
      row.or([
        row('issued_at', '<', after.issuedAt),
        row.and([row('issued_at', '=', after.issuedAt), row('id', '<', after.id)]),
      ]),
    )
  return query.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

function matching(tx: ReadTx, filter: TokenFilter) {
  const { key } = filter
  let query = tx.db.selectFrom('tokens').selectAll().where('organization_id', '=', organizationOf(tx))
  if (filter.id !== undefined) query = query.where('id', '=', filter.id)
  if (filter.user !== undefined) query = query.where('user_id', '=', filter.user)
  if (filter.client !== undefined) query = query.where('client_id', '=', filter.client)
  if (filter.api !== undefined) query = query.where('api', '=', filter.api)
  if (filter.issuer !== undefined) query = query.where('issuer_id', '=', filter.issuer)
  if (filter.grant !== undefined) query = query.where('grant_id', '=', filter.grant)
  if (filter.origin !== undefined) query = query.where('origin', '=', filter.origin)
  if (filter.session !== undefined) query = query.where('session_id', '=', filter.session)
  if (key !== undefined)
    query = query.where((row) => row.or([row('signing_key', '=', key), row('assertion_key', '=', key)]))
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.issuedFrom !== undefined) query = query.where('issued_at', '>=', filter.issuedFrom)
  if (filter.issuedBefore !== undefined) query = query.where('issued_at', '<', filter.issuedBefore)
  if (filter.liveAt !== undefined) query = query.where('expires_at', '>', filter.liveAt)
  return query
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
