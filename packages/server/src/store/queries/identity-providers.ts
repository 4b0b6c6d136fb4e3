import { federationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { IdentityProviders } from '../tables/identity-providers.ts'

/** The federation comes from the transaction, never from a row. */
export type NewIdentityProvider = Omit<IdentityProviders, 'federation_id'>

export async function insertIdentityProvider(tx: WriteTx, row: NewIdentityProvider): Promise<void> {
  await tx.db
    .insertInto('identity_providers')
    .values({ ...row, federation_id: federationOf(tx) })
    .execute()
}

export async function findIdentityProvider(tx: ReadTx, id: string): Promise<IdentityProviders | undefined> {
  return tx.db
    .selectFrom('identity_providers')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** In the order in which they were created. */
export async function listIdentityProviders(tx: ReadTx): Promise<IdentityProviders[]> {
  return tx.db
    .selectFrom('identity_providers')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @returns false where it is not there */
export async function updateIdentityProvider(
  tx: WriteTx,
  id: string,
  change: Partial<Omit<NewIdentityProvider, 'id' | 'created_at'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('identity_providers')
    .set(change)
    .where('federation_id', '=', federationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** @returns false where it is not there */
export async function deleteIdentityProvider(tx: WriteTx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('identity_providers')
    .where('federation_id', '=', federationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** To which federation an identity provider belongs. `SYSTEM` only: the federation is what is looked for. */
export async function findFederationOfProvider(tx: ReadTx, id: string): Promise<string | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a federation needs the scope SYSTEM')
  const row = await tx.db
    .selectFrom('identity_providers')
    .select('federation_id')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.federation_id
}
