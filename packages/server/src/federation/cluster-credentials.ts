import { hash, randomBytes } from 'node:crypto'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { findPresentedNode } from '../store/queries/cluster-nodes.ts'
import {
  findCluster,
  findPresentedClusterCredential,
  insertClusterCredential,
} from '../store/queries/clusters.ts'
import { clusterNotFound } from './cluster.ts'

/** Who reads the log: verifiers of a cluster, or one of its nodes. */
export interface Follower {
  readonly organizationId: string
  readonly clusterId: string
  /** The node that is proved; `undefined` where only the cluster is. */
  readonly nodeId?: string
}

/** 256 random bits: a slow hash would protect nothing more. The prefix lets a scanner recognise what was leaked. */
export function newCredential(prefix: 'rsc_' | 'rsn_'): Secret {
  return new Secret(`${prefix}${randomBytes(32).toString('base64url')}`)
}

export function credentialHash(value: Secret): string {
  return hash('sha256', value.reveal())
}

/**
 * Makes a credential for the verifiers of a cluster. Its value is returned this once; the row has its SHA-256.
 *
 * @throws DomainError `not_found`
 */
export function createClusterCredential(
  authority: Authority,
  actor: Actor,
  clusterId: string,
): Promise<{ readonly id: string; readonly credential: Secret; readonly createdAt: number }> {
  const credential = newCredential('rsc_')
  const id = newId('clc')
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if ((await findCluster(tx, clusterId)) === undefined) throw clusterNotFound(clusterId)
    const createdAt = authority.clock.now()
    await insertClusterCredential(tx, {
      id,
      cluster_id: clusterId,
      credential_hash: credentialHash(credential),
      created_at: createdAt,
    })
    const subject = { cluster: clusterId, cluster_credential: id }
    await append(tx, { kind: 'cluster_credential.created', subject, actor: entryActor(actor) }, createdAt)
    return { id, credential, createdAt }
  })
}

/** Who presents a cluster's credential or a node's token; looked up by hash, so that a guess learns nothing. */
export async function authenticateFollower(
  authority: Authority,
  presented: Secret,
): Promise<Follower | undefined> {
  const digest = credentialHash(presented)
  return authority.store.read(SYSTEM, async (tx) => {
    const node = presented.reveal().startsWith('rsn_') ? await findPresentedNode(tx, digest) : undefined
    if (node !== undefined)
      return { organizationId: node.organization_id, clusterId: node.cluster_id, nodeId: node.id }
    const found = await findPresentedClusterCredential(tx, digest)
    return found && { organizationId: found.organization_id, clusterId: found.cluster_id }
  })
}
