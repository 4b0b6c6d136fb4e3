import type { Position } from '@rescind/core/log'
import { type Actor, type Authority, newId } from '../authority/index.ts'
import { head } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { insertNode, listLeases, listNodes } from '../store/queries/cluster-nodes.ts'
import { findCluster } from '../store/queries/clusters.ts'
import { clusterNotFound } from './cluster.ts'
import { credentialHash, type Follower, newCredential } from './cluster-credentials.ts'

/**
 * Registers one process of a verifier. Its id is ours, so that no node can speak for another.
 *
 * @throws DomainError `not_found` where the cluster is gone
 */
export function registerNode(
  authority: Authority,
  { organizationId, clusterId }: Follower,
  name: string,
): Promise<{ readonly nodeId: string; readonly nodeToken: Secret }> {
  const nodeId = newId('nod')
  const nodeToken = newCredential('rsn_')
  return authority.store.write({ organizationId }, async (tx) => {
    if ((await findCluster(tx, clusterId)) === undefined) throw clusterNotFound(clusterId)
    const now = authority.clock.now()
    await insertNode(tx, {
      id: nodeId,
      cluster_id: clusterId,
      name,
      token_hash: credentialHash(nodeToken),
      created_at: now,
    })
    return { nodeId, nodeToken }
  })
}

/** What is known of a node. Times are milliseconds since the epoch. */
export interface ClusterNode {
  readonly id: string
  readonly name: string
  /** Fresh: its lease runs. Lapsed: it did, and has ended. Registered: it never acknowledged anything. */
  readonly state: 'registered' | 'fresh' | 'lapsed'
  readonly position: Position | null
  /** Entries between what it has acknowledged and the head of the log; null before the first, or across incarnations. */
  readonly lag: number | null
  readonly acknowledgedAt: number | null
  readonly leaseUntil: number | null
  readonly registeredAt: number
}

/** @throws DomainError `not_found` */
export async function nodesOfCluster(
  authority: Authority,
  actor: Actor,
  clusterId: string,
): Promise<readonly ClusterNode[]> {
  const { organizationId } = actor
  const { nodes, leases, place } = await authority.store.read({ organizationId }, async (tx) => {
    if ((await findCluster(tx, clusterId)) === undefined) throw clusterNotFound(clusterId)
    const place = (await head(tx)).position
    return { nodes: await listNodes(tx, clusterId), leases: await listLeases(tx, clusterId), place }
  })
  const byNode = new Map(leases.map((lease) => [lease.node_id, lease]))
  const now = authority.clock.now()
  return nodes.map(({ id, name, created_at: registeredAt }) => {
    const lease = byNode.get(id)
    if (lease === undefined) {
      const none = { position: null, lag: null, acknowledgedAt: null, leaseUntil: null }
      return { id, name, state: 'registered', ...none, registeredAt }
    }
    const { incarnation, seq } = lease
    return {
      id,
      name,
      state: lease.lease_until > now ? 'fresh' : 'lapsed',
      position: { log: organizationId, incarnation, seq },
      lag: incarnation === place.incarnation ? place.seq - seq : null,
      acknowledgedAt: lease.acknowledged_at,
      leaseUntil: lease.lease_until,
      registeredAt,
    }
  })
}
