import { sql } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { AuthorizationServers } from '../tables/authorization-servers.ts'

/** The organization comes from the transaction, never from a row. */
export type NewAuthorizationServer = Omit<AuthorizationServers, 'organization_id'>

export interface AuthorizationServerPage {
  /** Rows whose name or audiences contain it, in any case. */
  readonly matching?: string
  /** Where the page begins: behind this row. */
  readonly after?: { readonly createdAt: number; readonly id: string }
  readonly limit: number
}

/** @returns false where an authorization server has the id, in whichever organization */
export async function insertAuthorizationServer(tx: WriteTx, row: NewAuthorizationServer): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('authorization_servers')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function findAuthorizationServer(
  tx: ReadTx,
  id: string,
): Promise<AuthorizationServers | undefined> {
  return tx.db
    .selectFrom('authorization_servers')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** In order of creation. */
export async function listAuthorizationServers(
  tx: ReadTx,
  page: AuthorizationServerPage,
): Promise<AuthorizationServers[]> {
  let query = tx.db
    .selectFrom('authorization_servers')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.limit)
  const { matching, after } = page
  if (after !== undefined)
    query = query.where(({ eb, or, and }) =>
      or([
        eb('created_at', '>', after.createdAt),
        and([eb('created_at', '=', after.createdAt), eb('id', '>', after.id)]),
      ]),
    )
  if (matching !== undefined) {
    const pattern = `%${matching.toLowerCase().replace(/[!%_]/g, '!$&')}%`
    query = query.where(sql<boolean>`folded like ${pattern} escape '!'`)
  }
  return query.execute()
}

/** @returns false where the row is not there */
export async function updateAuthorizationServer(
  tx: WriteTx,
  id: string,
  change: Partial<Omit<AuthorizationServers, 'id' | 'organization_id' | 'created_at'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('authorization_servers')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** @returns false where the row is not there */
export async function deleteAuthorizationServer(tx: WriteTx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('authorization_servers')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** The id of an authorization server, the oldest one, whose tokens are for this audience. */
export async function findAuthorizationServerOfAudience(
  tx: ReadTx,
  audience: string,
): Promise<string | undefined> {
  const rows = await tx.db
    .selectFrom('authorization_servers')
    .select('id')
    .where('organization_id', '=', organizationOf(tx))
    .where('audiences', '=', JSON.stringify([audience]))
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .execute()
  return rows[0]?.id
}
