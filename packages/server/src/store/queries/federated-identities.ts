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

/** As whom a user is known, the oldest first. */
export async function listFederatedIdentities(tx: ReadTx, userId: string): Promise<FederatedIdentities[]> {
  return tx.db
    .selectFrom('federated_identities')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('issuer')
    .orderBy('subject')
    .execute()
}

/** @returns by which subjects the user was known at the issuer; none where by none */
export async function deleteFederatedIdentity(
  tx: WriteTx,
  issuer: string,
  userId: string,
): Promise<readonly string[]> {
  const deleted = await tx.db
    .deleteFrom('federated_identities')
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer', '=', issuer)
    .where('user_id', '=', userId)
    .returning('subject')
    .execute()
  return deleted.map(({ subject }) => subject)
}
