import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Scopes } from '../tables/authorization-servers.ts'

export async function insertScopes(
  tx: WriteTx,
  rows: readonly Omit<Scopes, 'organization_id'>[],
): Promise<void> {
  const organization_id = organizationOf(tx)
  await tx.db
    .insertInto('scopes')
    .values(rows.map((row) => ({ ...row, organization_id })))
    .execute()
}

/** The scopes of one authorization server, in order of creation. */
export async function listScopes(tx: ReadTx, authorizationServerId: string): Promise<Scopes[]> {
  return tx.db
    .selectFrom('scopes')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .orderBy('created_at')
    .orderBy('name')
    .execute()
}

export async function findScope(
  tx: ReadTx,
  authorizationServerId: string,
  id: string,
): Promise<Scopes | undefined> {
  return tx.db
    .selectFrom('scopes')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function updateScope(
  tx: WriteTx,
  id: string,
  change: Partial<Omit<Scopes, 'id' | 'organization_id' | 'authorization_server_id' | 'created_at'>>,
): Promise<void> {
  await tx.db
    .updateTable('scopes')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

export async function deleteScope(tx: WriteTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom('scopes')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

export async function deleteScopesOf(tx: WriteTx, authorizationServerId: string): Promise<void> {
  await tx.db
    .deleteFrom('scopes')
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .execute()
}
