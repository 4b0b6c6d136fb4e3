import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { Clusters } from '../tables/clusters.ts'

/** The organization comes from the transaction, never from a row. */
export type NewCluster = Omit<Clusters, 'organization_id'>

export async function insertCluster(tx: WriteTx, row: NewCluster): Promise<void> {
  await tx.db
    .insertInto('clusters')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

export async function findCluster(tx: ReadTx, id: string): Promise<Clusters | undefined> {
  return tx.db
    .selectFrom('clusters')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** In order of id, one row more than the limit where there is a next page. */
export async function listClusters(
  tx: ReadTx,
  page: { readonly after?: string; readonly limit: number },
): Promise<Clusters[]> {
  let query = tx.db
    .selectFrom('clusters')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('id')
    .limit(page.limit + 1)
  if (page.after !== undefined) query = query.where('id', '>', page.after)
  return query.execute()
}

/** All of the organization's, in order of name. */
export async function listAllClusters(tx: ReadTx): Promise<Clusters[]> {
  return tx.db
    .selectFrom('clusters')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('name')
    .orderBy('id')
    .execute()
}

/** @returns false where the row is not there */
export async function updateCluster(
  tx: WriteTx,
  id: string,
  change: Omit<NewCluster, 'id' | 'created_at'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('clusters')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Deletes a cluster with its credentials and nodes. Leases stay recorded: a node goes on by the one that it has until
 * that ends, and until then a revocation has to wait for it.
 *
 * @returns false where it is not there
 */
export async function deleteCluster(tx: WriteTx, id: string): Promise<boolean> {
  const organization = organizationOf(tx)
  for (const table of ['cluster_credentials', 'cluster_nodes'] as const) {
    await tx.db
      .deleteFrom(table)
      .where('organization_id', '=', organization)
      .where('cluster_id', '=', id)
      .execute()
  }
  const { numDeletedRows } = await tx.db
    .deleteFrom('clusters')
    .where('organization_id', '=', organization)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

export async function insertClusterCredential(
  tx: WriteTx,
  row: {
    readonly id: string
    readonly cluster_id: string
    readonly credential_hash: string
    readonly created_at: number
  },
): Promise<void> {
  await tx.db
    .insertInto('cluster_credentials')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/** Hashes are unique in the installation, so the credential alone tells its organization. `SYSTEM` only. */
export async function findPresentedClusterCredential(
  tx: ReadTx,
  hash: string,
): Promise<{ readonly organization_id: string; readonly cluster_id: string } | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db
    .selectFrom('cluster_credentials')
    .select(['organization_id', 'cluster_id'])
    .where('credential_hash', '=', hash)
    .executeTakeFirst()
}
