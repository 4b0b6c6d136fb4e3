import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { FederatedIdentities } from '../tables/federated-identities.ts'

/** @returns false where somebody is known by it already */
export async function insertFederatedIdentity(
  tx: WriteTx,
  row: Omit<FederatedIdentities, 'organization_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('federated_identities')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('subject')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Which user of the organization somebody at an issuer is. */
export async function findFederatedIdentity(
  tx: ReadTx,
  issuer: string,
  subject: string,
): Promise<FederatedIdentities | undefined> {
  return tx.db
    .selectFrom('federated_identities')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
}
