import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { Organizations } from '../tables/organizations.ts'

/** @returns false where the id or the subdomain is taken. `SYSTEM` only: the organization is not there yet */
export async function insertOrganization(tx: WriteTx, row: Organizations): Promise<boolean> {
  if (tx.scope !== SYSTEM) throw new TypeError('creating an organization needs the scope SYSTEM')
  const inserted = await tx.db
    .insertInto('organizations')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** In order of id, one row more than the limit where there is a next page. `SYSTEM` only. */
export async function listOrganizations(
  tx: ReadTx,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Organizations[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('listing organizations needs the scope SYSTEM')
  let query = tx.db
    .selectFrom('organizations')
    .selectAll()
    .orderBy('id')
    .limit(page.limit + 1)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.execute()
}

/** The authorization server that was created first, of those that are there. */
export async function findOldestAuthorizationServer(tx: ReadTx): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('authorization_servers')
    .select('id')
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** The organization of the transaction. */
export function findOrganization(tx: ReadTx): Promise<Organizations | undefined> {
  return tx.db.selectFrom('organizations').selectAll().where('id', '=', organizationOf(tx)).executeTakeFirst()
}

/** @returns false where there is no such organization */
export async function renameOrganization(tx: WriteTx, name: string): Promise<boolean> {
  const renamed = await tx.db
    .updateTable('organizations')
    .set({ name })
    .where('id', '=', organizationOf(tx))
    .returning('id')
    .executeTakeFirst()
  return renamed !== undefined
}
