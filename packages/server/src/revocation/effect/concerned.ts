import { compareMarks, decodeEntry, type Entry, type Mark, type View, viewOf } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../../authority/index.ts'
import { type Cluster, readCluster } from '../../federation/cluster.ts'
import { viewOfCluster } from '../../federation/cluster-view.ts'
import { type LoggedEntry, readEntries } from '../../log/index.ts'
import { organizationOf, type ReadTx } from '../../store/index.ts'
import { listAllLeases } from '../../store/queries/cluster-nodes.ts'
import { listAllClusters } from '../../store/queries/clusters.ts'
import { listAcknowledgements } from '../../store/queries/revocation-effects.ts'
import { type Covered, tokensUntil } from './covered-tokens.ts'
import type { ConcernedCluster } from './effect.ts'
import { leaseEnd, type NodeFacts } from './on-node.ts'

const nodeIds = Compile(Type.Array(Type.String()))

interface Place extends Mark {
  readonly at: number
}

/** The verifiers of an organization and what they have acknowledged, read once for any number of its revocations. */
export class Verifiers {
  readonly #clusters: readonly (readonly [Cluster, View])[]
  readonly #leases: ReadonlyMap<string, Awaited<ReturnType<typeof listAllLeases>>>
  /** By node, the lowest place first. */
  readonly #acknowledged: ReadonlyMap<string, readonly Place[]>

  private constructor(
    clusters: readonly (readonly [Cluster, View])[],
    leases: Awaited<ReturnType<typeof listAllLeases>>,
    acknowledged: ReadonlyMap<string, readonly Place[]>,
  ) {
    this.#clusters = clusters
    this.#leases = Map.groupBy(leases, (lease) => lease.cluster_id)
    this.#acknowledged = acknowledged
  }

  /** @param from the oldest entry that will be asked about */
  static async read(authority: Authority, tx: ReadTx, from: Mark): Promise<Verifiers> {
    const clusters: (readonly [Cluster, View])[] = []
    for (const row of await listAllClusters(tx)) {
      const cluster = readCluster(row)
      clusters.push([cluster, await viewOfCluster(authority, tx, cluster)])
    }
    const leases = await listAllLeases(tx)
    const acknowledged = new Map<string, Place[]>()
    for (const { nodes, incarnation, seq, at } of await listAcknowledgements(tx, from))
      for (const id of nodeIds.Parse(JSON.parse(nodes))) {
        const places = acknowledged.get(id)
        if (places === undefined) acknowledged.set(id, [{ incarnation, seq, at }])
        else places.push({ incarnation, seq, at })
      }
    return new Verifiers(clusters, leases, acknowledged)
  }

  /** Which clusters an entry concerns: those to whose view it belongs, and deleted ones whose leases may run. */
  concernedBy(entry: Entry, counted: Pick<Covered, 'counted' | 'expiries'> | undefined): ConcernedCluster[] {
    const { incarnation, seq } = entry.position
    const place = { incarnation, seq, at: entry.at }
    const concerned: ConcernedCluster[] = []
    for (const [cluster, view] of this.#clusters) {
      if (viewOf(entry, view) === undefined) continue
      const until = isSignedElsewhere(entry, cluster)
        ? undefined
        : tokensUntil(
            counted,
            cluster.apis.map(({ resource }) => resource),
          )
      concerned.push({
        cluster,
        deleted: false,
        nodes: this.#nodesOf(cluster.id, place),
        tokensUntil: until,
      })
    }
    const known = new Set(this.#clusters.map(([cluster]) => cluster.id))
    for (const id of this.#leases.keys()) {
      if (known.has(id)) continue
      // What it relied on went with it, so every entry may have been its affair.
      const nodes = this.#nodesOf(id, place).filter(({ lease }) => leaseEnd(lease) > entry.at)
      const [first] = nodes
      if (first === undefined) continue
      // It may have relied on the provider, and what that signed is in no ledger of ours.
      const latest =
        entry.kind === 'idp_jwks.revoked' ? undefined : counted?.expiries.map(({ until }) => until)
      concerned.push({
        cluster: deletedCluster(id, entry.position.log, first),
        deleted: true,
        nodes,
        tokensUntil: latest === undefined ? undefined : latest.length === 0 ? null : Math.max(...latest),
      })
    }
    return concerned
  }

  #nodesOf(clusterId: string, place: Place): NodeFacts[] {
    return (this.#leases.get(clusterId) ?? []).map((row) => {
      const { incarnation, seq, acknowledged_at, max_staleness, when_stale } = row
      const first = this.#acknowledged.get(row.node_id)?.find((seen) => compareMarks(seen, place) >= 0)
      return {
        id: row.node_id,
        name: row.name ?? '',
        lease: {
          incarnation,
          seq,
          acknowledgedAt: acknowledged_at,
          maxStaleness: max_staleness,
          whenStale: when_stale,
        },
        ...(first !== undefined && { acknowledgedAt: first.at }),
      }
    })
  }
}

function deletedCluster(id: string, organizationId: string, { lease }: NodeFacts): Cluster {
  return {
    id,
    organizationId,
    name: '',
    class: 'connected',
    apis: [],
    identityProviders: [],
    maxStaleness: lease.maxStaleness,
    whenStale: lease.whenStale,
    verifierProfile: undefined,
    createdAt: 0,
    updatedAt: 0,
  }
}

/** Whether it voids what a provider signs, of which no ledger of ours tells when the last of it expires. */
function isSignedElsewhere(entry: Entry, { identityProviders }: Cluster): boolean {
  return entry.kind === 'idp_jwks.revoked' && identityProviders.includes(entry.subject.issuer)
}

/** The entry of a revocation, as the log keeps it and as it is understood. */
export interface ReadEntry {
  readonly logged: LoggedEntry
  readonly entry: Entry
}

/** @throws TypeError where the log lacks it, or this release does not know its kind */
export async function entryAt(tx: ReadTx, { incarnation, seq }: Mark): Promise<ReadEntry> {
  const [logged] = await readEntries(tx, organizationOf(tx), { incarnation, seq: seq - 1 }, 1)
  if (logged === undefined) throw new TypeError('a revocation without its entry')
  const decoded = decodeEntry(logged.body)
  if (!decoded.known) throw new TypeError(`a revocation by an unknown kind of entry: ${logged.kind}`)
  return { logged, entry: decoded.entry }
}

/** Whether more can be forged with what is revoked: a key that signs for an issuer, ours or a provider's. */
export function isSigningKey(entry: Entry): boolean {
  if (entry.kind === 'idp_jwks.revoked') return true
  return entry.kind === 'key.revoked' && entry.subject.issuer !== undefined
}
