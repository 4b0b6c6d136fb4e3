import type { Cluster } from '../../federation/cluster.ts'
import { type Exposure, exposureOf } from './exposure.ts'
import { type EntryFacts, effectOnNode, inForceAt, type NodeEffect, type NodeFacts } from './on-node.ts'

/** A cluster that an entry concerns, with every node that was ever given a lease. */
export interface ConcernedCluster {
  readonly cluster: Cluster
  /** It has been deleted; its nodes go on by the leases that they have. */
  readonly deleted: boolean
  readonly nodes: readonly NodeFacts[]
  /** When the last token expires that it might accept: null for none, `undefined` while not known. */
  readonly tokensUntil: number | null | undefined
}

export interface NodeOfEffect {
  readonly node: NodeFacts
  readonly effect: NodeEffect
}

export interface ClusterEffect {
  readonly cluster: Cluster
  readonly deleted: boolean
  /** Where verifiers do not acknowledge, `exposed` lasts until the exposure has ended. */
  readonly state: 'in_force' | 'waiting' | 'exposed'
  readonly nodes: readonly NodeOfEffect[]
  readonly exposure: Exposure
}

export type NodeCounts = Readonly<Record<NodeEffect['state'], number>> & { readonly total: number }

/** What a revocation has come to so far. */
export interface Effect {
  /**
   * `waiting`: for nodes whose leases run. `exposed`: only for nodes that may go on accepting. `complete`: each node
   * that may have held a lease has acknowledged the entry, or its lease has certainly ended and it refuses or asks.
   */
  readonly state: 'waiting' | 'exposed' | 'complete'
  /** When the last of the nodes had it; null before. Milliseconds since the epoch. */
  readonly effectiveAt: number | null
  readonly milliseconds: number | null
  readonly nodes: NodeCounts
  readonly clusters: readonly ClusterEffect[]
}

/** The rule over all clusters. Clusters that are not connected are told of, and never waited for. */
export function effectOf(
  entry: EntryFacts,
  concerned: readonly ConcernedCluster[],
  now: number,
  isSigningKey: boolean,
): Effect {
  const clusters = concerned.map((one) => clusterEffect(entry, one, now, isSigningKey))
  const nodes = clusters.flatMap((cluster) => cluster.nodes)
  const times = nodes.map(({ effect }) => inForceAt(entry, effect))
  const isComplete = times.every((time) => time !== undefined)
  const effectiveAt = isComplete ? times.reduce<number>((a, b) => Math.max(a, b ?? 0), entry.at) : null
  const isWaiting = nodes.some(({ effect }) => effect.state === 'waiting' || effect.state === 'late')
  return {
    state: isComplete ? 'complete' : isWaiting ? 'waiting' : 'exposed',
    effectiveAt,
    milliseconds: effectiveAt === null ? null : effectiveAt - entry.at,
    nodes: countStates(nodes),
    clusters,
  }
}

function clusterEffect(
  entry: EntryFacts,
  { cluster, deleted, nodes: facts, tokensUntil }: ConcernedCluster,
  now: number,
  isSigningKey: boolean,
): ClusterEffect {
  // What a stolen key can still forge has no expiry.
  const end = isSigningKey ? undefined : (tokensUntil ?? (tokensUntil === null ? entry.at : undefined))
  const nodes = facts.map((node) => ({ node, effect: effectOnNode(entry, node, now, end) }))
  const exposure = exposureOf(cluster, { at: entry.at, tokensUntil, isSigningKey })
  const isOver = exposure.bound === 'none' || (exposure.until !== null && now >= exposure.until)
  const states = new Set(nodes.map(({ effect }) => effect.state))
  const isExposed = states.has('exposed') || (cluster.class !== 'connected' && !isOver)
  const isWaiting = states.has('waiting') || states.has('late')
  return {
    cluster,
    deleted,
    state: isWaiting ? 'waiting' : isExposed ? 'exposed' : 'in_force',
    nodes,
    exposure,
  }
}

function countStates(nodes: readonly NodeOfEffect[]): NodeCounts {
  const counts = {
    total: nodes.length,
    acknowledged: 0,
    waiting: 0,
    late: 0,
    lease_ended: 0,
    exposed: 0,
    expired: 0,
  }
  for (const { effect } of nodes) counts[effect.state] += 1
  return counts
}
