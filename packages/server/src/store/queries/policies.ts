import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Policies } from '../tables/policies.ts'

/** Undefined where the organization has never decided anything. */
export async function findPolicy(tx: ReadTx): Promise<Policies | undefined> {
  return tx.db
    .selectFrom('policies')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .executeTakeFirst()
}

export async function savePolicy(tx: WriteTx, row: Omit<Policies, 'organization_id'>): Promise<void> {
  await tx.db
    .insertInto('policies')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(row))
    .execute()
}
