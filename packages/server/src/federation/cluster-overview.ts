import type { Actor, Authority } from '../authority/index.ts'
import type { ClusterClass } from './cluster.ts'
import { nodesOfCluster } from './cluster-nodes.ts'
import { listClusters } from './clusters.ts'

/** More clusters than these a person does not look at in one place. */
const MOST_CLUSTERS = 50

/** A cluster and how far its nodes are. */
export interface ClusterOverview {
  readonly id: string
  readonly name: string
  readonly class: ClusterClass
  readonly nodes: number
  /** Nodes whose lease runs, and nodes whose lease has ended. */
  readonly fresh: number
  readonly lapsed: number
  /** Fresh nodes that have yet to acknowledge the head of the log. */
  readonly behind: number
  /** The most entries that a fresh node lacks; null where none is fresh. */
  readonly lag: number | null
}

export async function clusterOverviews(authority: Authority, actor: Actor): Promise<ClusterOverview[]> {
  const clusters = await listClusters(authority, actor, { limit: MOST_CLUSTERS })
  return Promise.all(
    clusters.slice(0, MOST_CLUSTERS).map(async ({ id, name, class: of }) => {
      const nodes = await nodesOfCluster(authority, actor, id)
      const fresh = nodes.filter(({ state }) => state === 'fresh')
      const lags = fresh.flatMap(({ lag }) => lag ?? [])
      return {
        id,
        name,
        class: of,
        nodes: nodes.length,
        fresh: fresh.length,
        lapsed: nodes.filter(({ state }) => state === 'lapsed').length,
        behind: fresh.filter(({ lag }) => lag !== 0).length,
        lag: lags.length === 0 ? null : Math.max(...lags),
      }
    }),
  )
}
