import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ApplicationGrants } from '../tables/application-grants.ts'

export type ApplicationGrantRow = Omit<ApplicationGrants, 'organization_id'>

/** @returns false where the application has the scope already */
export async function insertApplicationGrant(tx: WriteTx, row: ApplicationGrantRow): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('application_grants')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.columns(['organization_id', 'application_id', 'scope']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** What an application may ask for, in order of creation. */
export async function listApplicationGrants(
  tx: ReadTx,
  applicationId: string,
): Promise<ApplicationGrantRow[]> {
  return tx.db
    .selectFrom('application_grants')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @returns the row that is gone; undefined where the application has no such grant */
export async function deleteApplicationGrant(
  tx: WriteTx,
  applicationId: string,
  id: string,
): Promise<ApplicationGrantRow | undefined> {
  return tx.db
    .deleteFrom('application_grants')
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** Every grant of an application that is being deleted. */
export async function deleteApplicationGrantsOf(tx: WriteTx, applicationId: string): Promise<void> {
  await tx.db
    .deleteFrom('application_grants')
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .execute()
}
