import { federationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { FederationOrganizations, Federations } from '../tables/federations.ts'

/** The federation comes from the transaction, never from a row. */
export type NewFederationOrganization = Omit<FederationOrganizations, 'federation_id'>

export async function insertFederation(tx: WriteTx, createdAt: number): Promise<void> {
  await tx.db
    .insertInto('federations')
    .values({ id: federationOf(tx), created_at: createdAt })
    .execute()
}

/** The transaction's federation, where there is one of that id. */
export async function findFederation(tx: ReadTx): Promise<Federations | undefined> {
  return tx.db.selectFrom('federations').selectAll().where('id', '=', federationOf(tx)).executeTakeFirst()
}

/** Deletes the federation with all that it has; its log stays. @returns false where it is not there */
export async function deleteFederation(tx: WriteTx): Promise<boolean> {
  const federation = federationOf(tx)
  for (const table of [
    'federation_organizations',
    'federation_domains',
    'role_mappings',
    'identity_providers',
    'provider_key_sets',
    'provider_keys',
  ] as const)
    await tx.db.deleteFrom(table).where('federation_id', '=', federation).execute()
  const { numDeletedRows } = await tx.db
    .deleteFrom('federations')
    .where('id', '=', federation)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** To which federation an organization is connected. `SYSTEM` only: the federation is what is looked for. */
export async function findFederationOfOrganization(
  tx: ReadTx,
  organizationId: string,
): Promise<string | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a federation needs the scope SYSTEM')
  const row = await tx.db
    .selectFrom('federation_organizations')
    .select('federation_id')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return row?.federation_id
}

/** @returns false where the organization is connected to a federation already */
export async function insertFederationOrganization(
  tx: WriteTx,
  row: NewFederationOrganization,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('federation_organizations')
    .values({ ...row, federation_id: federationOf(tx) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('organization_id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** The organizations that are connected, in order of id: the order in which their logs are locked. */
export async function listFederationOrganizations(tx: ReadTx): Promise<FederationOrganizations[]> {
  return tx.db
    .selectFrom('federation_organizations')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .orderBy('organization_id')
    .execute()
}

export async function findFederationOrganization(
  tx: ReadTx,
  organizationId: string,
): Promise<FederationOrganizations | undefined> {
  return tx.db
    .selectFrom('federation_organizations')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
}

/** @returns false where it is not connected */
export async function updateFederationOrganization(
  tx: WriteTx,
  organizationId: string,
  change: Partial<Omit<NewFederationOrganization, 'organization_id' | 'connected_at'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('federation_organizations')
    .set(change)
    .where('federation_id', '=', federationOf(tx))
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Disconnects an organization, with its role mappings. @returns false where it was not connected */
export async function deleteFederationOrganization(tx: WriteTx, organizationId: string): Promise<boolean> {
  const federation = federationOf(tx)
  await tx.db
    .deleteFrom('role_mappings')
    .where('federation_id', '=', federation)
    .where('organization_id', '=', organizationId)
    .execute()
  const { numDeletedRows } = await tx.db
    .deleteFrom('federation_organizations')
    .where('federation_id', '=', federation)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
