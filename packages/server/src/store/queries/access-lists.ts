import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { AccessEntries } from '../tables/access-lists.ts'

export type AccessEntryRow = Selectable<AccessEntries>

/** Of one credential, the oldest first; it has a bounded number of them. */
export function listAccessEntries(tx: ReadTx, credentialId: string): Promise<AccessEntryRow[]> {
  return tx.db
    .selectFrom('access_entries')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('credential_id', '=', credentialId)
    .orderBy('created_at')
    .orderBy('network')
    .execute()
}

/** @returns false where the credential has that entry already */
export async function insertAccessEntry(
  tx: WriteTx,
  row: Pick<AccessEntryRow, 'credential_id' | 'network' | 'created_at'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('access_entries')
    .values({
      ...row,
      organization_id: organizationOf(tx),
      requests: 0,
      last_used_at: null,
      last_used_address: null,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'credential_id', 'network']).doNothing())
    .returning('network')
    .executeTakeFirst()
  return inserted !== undefined
}

/** One entry of a credential, or its whole list. @returns how many there were */
export async function deleteAccessEntries(
  tx: WriteTx,
  credentialId: string,
  network?: string,
): Promise<number> {
  let query = tx.db
    .deleteFrom('access_entries')
    .where('organization_id', '=', organizationOf(tx))
    .where('credential_id', '=', credentialId)
  if (network !== undefined) query = query.where('network', '=', network)
  return (await query.returning('network').execute()).length
}

/** Adds requests to the count of an entry. */
export async function noteAccessEntryUse(
  tx: WriteTx,
  credentialId: string,
  network: string,
  use: { readonly requests: number; readonly at: number; readonly address: string },
): Promise<void> {
  await tx.db
    .updateTable('access_entries')
    .set((row) => ({
      requests: row('requests', '+', use.requests),
      last_used_at: use.at,
      last_used_address: use.address,
    }))
    .where('organization_id', '=', organizationOf(tx))
    .where('credential_id', '=', credentialId)
    .where('network', '=', network)
    .execute()
}
