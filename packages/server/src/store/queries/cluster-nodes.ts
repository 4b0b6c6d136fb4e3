import { sql } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ClusterNodes, NodeLeases } from '../tables/clusters.ts'
import { textsAsRows } from '../texts-as-rows.ts'

export type NewNode = Omit<ClusterNodes, 'organization_id'>
/** A lease, whosever it is. */
export type LeaseTerms = Omit<NodeLeases, 'organization_id' | 'node_id'>

export async function insertNode(tx: WriteTx, row: NewNode): Promise<void> {
  await tx.db
    .insertInto('cluster_nodes')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/** Hashes are unique in the installation, so the token alone tells its organization. `SYSTEM` only. */
export async function findPresentedNode(tx: ReadTx, tokenHash: string): Promise<ClusterNodes | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db.selectFrom('cluster_nodes').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
}

/** Of the given ids those that are still registered, with their cluster and the place that they acknowledged last. */
export async function findNodes(
  tx: ReadTx,
  ids: readonly string[],
): Promise<(Pick<ClusterNodes, 'id' | 'cluster_id'> & Nullable<Pick<NodeLeases, 'incarnation' | 'seq'>>)[]> {
  const organization = organizationOf(tx)
  // A cross join is the order of reading, too: node by node, whatever else the organization has.
  return tx.db
    .selectFrom(textsAsRows(tx, ids).as('wanted'))
    .crossJoin('cluster_nodes as node')
    .leftJoin('node_leases as lease', (join) =>
      join.on('lease.organization_id', '=', organization).onRef('lease.node_id', '=', 'node.id'),
    )
    .select(['node.id', 'node.cluster_id', 'lease.incarnation', 'lease.seq'])
    .where('node.organization_id', '=', organization)
    .whereRef('node.id', '=', 'wanted.value')
    .execute()
}

type Nullable<Row> = { readonly [Name in keyof Row]: Row[Name] | null }

/** In order of registration. */
export async function listNodes(tx: ReadTx, clusterId: string): Promise<ClusterNodes[]> {
  return tx.db
    .selectFrom('cluster_nodes')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('cluster_id', '=', clusterId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function listLeases(tx: ReadTx, clusterId: string): Promise<NodeLeases[]> {
  return tx.db
    .selectFrom('node_leases')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('cluster_id', '=', clusterId)
    .execute()
}

/** What is known of every node of the organization that was ever given a lease; `name` where it is still registered. */
export async function listAllLeases(tx: ReadTx): Promise<(NodeLeases & { readonly name: string | null })[]> {
  return tx.db
    .selectFrom('node_leases as lease')
    .leftJoin('cluster_nodes as node', (join) =>
      join
        .onRef('node.organization_id', '=', 'lease.organization_id')
        .onRef('node.cluster_id', '=', 'lease.cluster_id')
        .onRef('node.id', '=', 'lease.node_id'),
    )
    .selectAll('lease')
    .select('node.name')
    .where('lease.organization_id', '=', organizationOf(tx))
    .orderBy('lease.cluster_id')
    .orderBy('lease.node_id')
    .execute()
}

/** Whether a lease that runs has not reached a place. @param now milliseconds since the epoch */
export async function isLeaseBehind(
  tx: ReadTx,
  { incarnation, seq }: Pick<NodeLeases, 'incarnation' | 'seq'>,
  now: number,
): Promise<boolean> {
  const row = await tx.db
    .selectFrom('node_leases')
    .select('node_id')
    .where('organization_id', '=', organizationOf(tx))
    .where('lease_until', '>', now)
    .where((lease) => lease(lease.refTuple('incarnation', 'seq'), '<', lease.tuple(incarnation, seq)))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Records that nodes have a lease on the same terms, in the place of their former one. */
export async function putLeases(tx: WriteTx, nodeIds: readonly string[], terms: LeaseTerms): Promise<void> {
  const { cluster_id, incarnation, seq, acknowledged_at, lease_until, max_staleness, when_stale } = terms
  await tx.db
    .insertInto('node_leases')
    .columns([
      'organization_id',
      'node_id',
      'cluster_id',
      'incarnation',
      'seq',
      'acknowledged_at',
      'lease_until',
      'max_staleness',
      'when_stale',
    ])
    .expression((given) =>
      given
        .selectFrom(textsAsRows(tx, nodeIds).as('node'))
        .select([
          given.cast<string>(given.val(organizationOf(tx)), 'text').as('organization_id'),
          'node.value as node_id',
          given.cast<string>(given.val(cluster_id), 'text').as('cluster_id'),
          given.cast<number>(given.val(incarnation), 'bigint').as('incarnation'),
          given.cast<number>(given.val(seq), 'bigint').as('seq'),
          given.cast<number>(given.val(acknowledged_at), 'bigint').as('acknowledged_at'),
          given.cast<number>(given.val(lease_until), 'bigint').as('lease_until'),
          given.cast<number>(given.val(max_staleness), 'bigint').as('max_staleness'),
          given.cast<string>(given.val(when_stale), 'text').as('when_stale'),
        ])
        // A condition keeps SQLite from taking ON CONFLICT for that of a join.
        .where(sql.lit(true)),
    )
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'node_id']).doUpdateSet((row) => ({
        incarnation: row.ref('excluded.incarnation'),
        seq: row.ref('excluded.seq'),
        acknowledged_at: row.ref('excluded.acknowledged_at'),
        lease_until: row.ref('excluded.lease_until'),
        max_staleness: row.ref('excluded.max_staleness'),
        when_stale: row.ref('excluded.when_stale'),
      })),
    )
    .execute()
}

/**
 * Deletes nodes that registered before a time and whose lease, if any, ended before it. One that goes on accepting
 * without a lease is kept while a revocation has yet to take effect: it is what the receipt waits for.
 *
 * @returns how many
 */
export async function deleteSilentNodes(tx: WriteTx, before: number): Promise<number> {
  const organization = organizationOf(tx)
  const open = tx.db
    .selectFrom('revocations')
    .select('id')
    .where('organization_id', '=', organization)
    .where('effect_open', '=', 1)
  await tx.db
    .deleteFrom('node_leases')
    .where('organization_id', '=', organization)
    .where('lease_until', '<', before)
    .where((row) => row.or([row('when_stale', '<>', 'open'), row.not(row.exists(open))]))
    .execute()
  const { numDeletedRows } = await tx.db
    .deleteFrom('cluster_nodes')
    .where('organization_id', '=', organization)
    .where('created_at', '<', before)
    .where('id', 'not in', (inner) =>
      inner.selectFrom('node_leases').select('node_id').where('organization_id', '=', organization),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Deletes leases that ended before a time, of nodes whose cluster has been deleted. @returns how many */
export async function deleteOrphanedLeases(tx: WriteTx, before: number): Promise<number> {
  const organization = organizationOf(tx)
  const { numDeletedRows } = await tx.db
    .deleteFrom('node_leases')
    .where('organization_id', '=', organization)
    .where('lease_until', '<', before)
    .where('cluster_id', 'not in', (inner) =>
      inner.selectFrom('clusters').select('id').where('organization_id', '=', organization),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
