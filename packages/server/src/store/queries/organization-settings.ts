import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { OrganizationSettings } from '../tables/organization-settings.ts'

/** Undefined where nothing was ever set. */
export function findOrganizationSettings(tx: ReadTx): Promise<Selectable<OrganizationSettings> | undefined> {
  return tx.db
    .selectFrom('organization_settings')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .executeTakeFirst()
}

export async function saveOrganizationSettings(
  tx: WriteTx,
  row: Omit<Selectable<OrganizationSettings>, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('organization_settings')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(row))
    .execute()
}
