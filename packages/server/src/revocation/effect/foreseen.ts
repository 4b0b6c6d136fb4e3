import type { Entry, EntryActor, EntryContent } from '@rescind/core/log'
import { type Authority, entryActor, systemActor } from '../../authority/index.ts'
import type { Cluster, ClusterClass } from '../../federation/cluster.ts'
import { head } from '../../log/index.ts'
import { organizationOf, type ReadTx } from '../../store/index.ts'
import type { CountOfApi } from '../tally.ts'
import { entryOf, type Target } from '../target.ts'
import { isSigningKey, Verifiers } from './concerned.ts'
import { type Exposure, exposureOf } from './exposure.ts'
import { leaseEnd } from './on-node.ts'

/** A cluster to which a revocation would go, and the worst case there. */
export interface ForeseenCluster {
  readonly cluster: Cluster
  /** Nodes whose lease may run now. */
  readonly nodes: number
  readonly exposure: Exposure
}

/** What a revocation would not stop at once. */
export interface ForeseenExposure {
  readonly worst: Exposure
  /** The worst case of each class of verifiers that there is. */
  readonly byClass: ReadonlyMap<ClusterClass, Exposure>
  /** Whom it would not stop at once, a sentence for each cluster. */
  readonly notStopped: readonly string[]
}

const NONE: Exposure = { until: null, bound: 'none', text: 'No cluster of verifiers is concerned.' }

/**
 * Which clusters a revocation would go to, and how long each may go on accepting what it covers, computed from their
 * classes, contracts and profiles.
 */
export async function foresee(
  authority: Authority,
  tx: ReadTx,
  target: Target,
  byApi: readonly CountOfApi[],
): Promise<{ readonly clusters: readonly ForeseenCluster[]; readonly exposure: ForeseenExposure }> {
  const now = authority.clock.now()
  const { position } = await head(tx)
  const actor = entryActor(systemActor(organizationOf(tx)))
  const entry: Entry = {
    ...contentOf(target, actor, now),
    position: { ...position, seq: position.seq + 1 },
    at: now,
  }
  const expiries = byApi.flatMap(({ api, offlineUntil }) =>
    offlineUntil === null ? [] : [{ api, until: offlineUntil }],
  )
  const verifiers = await Verifiers.read(authority, tx, entry.position)
  const clusters = verifiers
    .concernedBy(entry, { counted: true, expiries })
    .map(({ cluster, nodes, tokensUntil }) => ({
      cluster,
      nodes: nodes.filter(({ lease }) => leaseEnd(lease) > now).length,
      exposure: exposureOf(cluster, { at: now, tokensUntil, isSigningKey: isSigningKey(entry) }),
    }))
  return { clusters, exposure: summed(clusters) }
}

/** The entry that it would be; of a provider's keys, as far as verifiers are concerned by it. */
function contentOf(target: Target, actor: EntryActor, now: number): EntryContent {
  if (target.type !== 'identity_provider') return entryOf(target, { actor })
  const { issuer, identity_provider } = target
  return {
    kind: 'idp_jwks.revoked',
    subject: { issuer, identity_provider },
    actor,
    data: { epoch: 1, notAfter: now },
  }
}

function summed(clusters: readonly ForeseenCluster[]): ForeseenExposure {
  const byClass = new Map<ClusterClass, Exposure>()
  for (const { cluster, exposure } of clusters)
    byClass.set(cluster.class, worse(byClass.get(cluster.class), exposure))
  const worst = [...byClass.values()].reduce<Exposure | undefined>(worse, undefined) ?? NONE
  const notStopped = clusters
    .filter(({ exposure }) => exposure.bound !== 'none')
    .map(({ cluster, exposure }) => `${cluster.name} (${cluster.class}): ${exposure.text}`)
  return { worst, byClass, notStopped }
}

const RANK = { none: 0, bounded: 1, unbounded: 2 } as const

function worse(a: Exposure | undefined, b: Exposure): Exposure {
  if (a === undefined) return b
  const difference = RANK[a.bound] - RANK[b.bound] || (a.until ?? 0) - (b.until ?? 0)
  return difference >= 0 ? a : b
}
