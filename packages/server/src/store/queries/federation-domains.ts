import { federationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { FederationDomains } from '../tables/federations.ts'

/** @returns false where the domain is some federation's already */
export async function insertFederationDomain(
  tx: WriteTx,
  row: Omit<FederationDomains, 'federation_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('federation_domains')
    .values({ ...row, federation_id: federationOf(tx) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .executeTakeFirst()
  return inserted !== undefined
}

/** In order of name. */
export async function listFederationDomains(tx: ReadTx): Promise<FederationDomains[]> {
  return tx.db
    .selectFrom('federation_domains')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .orderBy('name')
    .execute()
}

/** @returns false where it is not there, or was verified before */
export async function verifyFederationDomain(tx: WriteTx, name: string, at: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('federation_domains')
    .set({ status: 'VERIFIED', verified_at: at })
    .where('federation_id', '=', federationOf(tx))
    .where('name', '=', name)
    .where('status', '=', 'PENDING')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** @returns false where it is not there */
export async function deleteFederationDomain(tx: WriteTx, name: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('federation_domains')
    .where('federation_id', '=', federationOf(tx))
    .where('name', '=', name)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
