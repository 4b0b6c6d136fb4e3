import { federationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { RoleMappings } from '../tables/federations.ts'

/** @returns false where the organization has a mapping of this group */
export async function insertRoleMapping(
  tx: WriteTx,
  row: Omit<RoleMappings, 'federation_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('role_mappings')
    .values({ ...row, federation_id: federationOf(tx) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Of one connected organization, or of all, in the order in which they were made. */
export async function listRoleMappings(tx: ReadTx, organizationId?: string): Promise<RoleMappings[]> {
  let query = tx.db
    .selectFrom('role_mappings')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId)
  return query.execute()
}

/** Replaces what a mapping says. @returns false where it is not there */
export async function updateRoleMapping(
  tx: WriteTx,
  organizationId: string,
  id: string,
  change: Pick<RoleMappings, 'external_group_name' | 'role_assignments'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('role_mappings')
    .set(change)
    .where('federation_id', '=', federationOf(tx))
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** @returns false where it is not there */
export async function deleteRoleMapping(tx: WriteTx, organizationId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('role_mappings')
    .where('federation_id', '=', federationOf(tx))
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
