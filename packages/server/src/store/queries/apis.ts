import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Apis } from '../tables/apis.ts'

/** @returns false where another API of the organization has the identifier */
export async function insertApi(tx: WriteTx, row: Omit<Apis, 'organization_id'>): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('apis')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.columns(['organization_id', 'identifier']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function findApi(tx: ReadTx, id: string): Promise<Apis | undefined> {
  return tx.db
    .selectFrom('apis')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findApiByIdentifier(tx: ReadTx, identifier: string): Promise<Apis | undefined> {
  return tx.db
    .selectFrom('apis')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('identifier', '=', identifier)
    .executeTakeFirst()
}

/** In order of id, one row more than the limit where there is a next page. */
export async function listApis(
  tx: ReadTx,
  page: { readonly after?: string; readonly limit: number },
): Promise<Apis[]> {
  let query = tx.db
    .selectFrom('apis')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('id')
    .limit(page.limit + 1)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.execute()
}

export async function listApisOf(tx: ReadTx, authorizationServerId: string): Promise<Apis[]> {
  return tx.db
    .selectFrom('apis')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .orderBy('id')
    .execute()
}

export async function updateApi(
  tx: WriteTx,
  id: string,
  change: Partial<Omit<Apis, 'id' | 'organization_id' | 'created_at'>>,
): Promise<void> {
  await tx.db
    .updateTable('apis')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

export async function deleteApi(tx: WriteTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom('apis')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}
