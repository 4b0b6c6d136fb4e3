import { compareMarks, type Position, viewVersion } from '@rescind/core/log'
import { DomainError } from '../../errors/index.ts'
import { head } from '../../log/index.ts'
import type { WriteTx } from '../../store/index.ts'
import { findNodes, type NewLease, putLeases } from '../../store/queries/cluster-nodes.ts'
import { findCluster } from '../../store/queries/clusters.ts'
import { type Cluster, readCluster, type WhenStale } from '../cluster.ts'
import type { Follower } from '../cluster-credentials.ts'
import { viewOfCluster } from '../cluster-view.ts'
import { isInLog, type KnownPlace, reportDivergence } from './continuity.ts'
import type { Deliveries } from './deliveries.ts'

/** What a node may rely on, from when it sent its acknowledgement and once it has applied `head`. */
export interface Lease {
  readonly head: Position
  /** The version of the view that the node's cluster has now. */
  readonly view: string
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly whenStale: WhenStale
}

type Node = Follower & { readonly nodeId: string }

interface Waiting {
  readonly node: Node
  readonly place: KnownPlace
  readonly resolve: (lease: Lease) => void
  readonly reject: (failure: unknown) => void
}

type Verdict = { readonly lease: Lease } | { readonly refusal: DomainError; readonly diverged?: true }

/**
 * Grants leases. Acknowledgements that wait together share one transaction, which begins after the last of them came
 * and in which their leases are recorded and the head is read: so a revocation that is acknowledged to whoever asked
 * for it finds every lease that may not know of it.
 */
export class Leases {
  readonly #deliveries: Deliveries
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #running = new Set<string>()

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries
  }

  /**
   * Takes the acknowledgement of a node that has applied everything up to a position.
   *
   * @throws DomainError `acknowledgement_beyond_sent`, `log_diverged`, `credentials_invalid` where the node is no
   *   longer registered, `store_unavailable` where the primary cannot be reached: no lease is granted then
   */
  acknowledge(node: Node, place: KnownPlace): Promise<Lease> {
    const sent = this.#deliveries.sentTo(node.nodeId)
    if (place.position.log !== node.organizationId)
      return Promise.reject(new DomainError('acknowledgement_beyond_sent'))
    if (sent !== undefined && compareMarks(place.position, sent) > 0)
      return Promise.reject(new DomainError('acknowledgement_beyond_sent'))
    return new Promise((resolve, reject) => {
      const log = node.organizationId
      const queue = this.#waiting.get(log) ?? []
      queue.push({ node, place, resolve, reject })
      this.#waiting.set(log, queue)
      if (!this.#running.has(log)) void this.#run(log)
    })
  }

  async #run(log: string): Promise<void> {
    this.#running.add(log)
    // Who comes while a batch is on its way waits for the next, whose head is read after that.
    await new Promise((resolve) => setImmediate(resolve))
    for (let batch = this.#take(log); batch.length > 0; batch = this.#take(log))
      await this.#settle(log, batch)
    this.#running.delete(log)
  }

  #take(log: string): Waiting[] {
    const batch = this.#waiting.get(log) ?? []
    this.#waiting.delete(log)
    return batch
  }

  async #settle(log: string, batch: readonly Waiting[]): Promise<void> {
    const { authority } = this.#deliveries
    try {
      const verdicts = await authority.store.write(
        { organizationId: log },
        (tx) => this.#judge(tx, batch),
        'urgent',
      )
      for (const [at, waiting] of batch.entries()) {
        const verdict = verdicts[at]
        if (verdict === undefined) waiting.reject(new DomainError('internal'))
        else if ('lease' in verdict) waiting.resolve(verdict.lease)
        else {
          if (verdict.diverged) await reportDivergence(authority, waiting.node, waiting.place)
          waiting.reject(verdict.refusal)
        }
      }
    } catch (failure) {
      for (const { reject } of batch) reject(failure)
    }
  }

  async #judge(tx: WriteTx, batch: readonly Waiting[]): Promise<Verdict[]> {
    const { authority } = this.#deliveries
    const at = (await head(tx)).position
    const known = new Map(
      (await findNodes(tx, [...new Set(batch.map(({ node }) => node.nodeId))])).map((row) => [row.id, row]),
    )
    const contracts = new Map<string, { readonly cluster: Cluster; readonly view: string }>()
    for (const { cluster_id: id } of known.values()) {
      const row = contracts.has(id) ? undefined : await findCluster(tx, id)
      if (row === undefined) continue
      const cluster = readCluster(row)
      contracts.set(id, { cluster, view: viewVersion(await viewOfCluster(authority, tx, cluster)) })
    }
    const places = new Map<string, boolean>()
    const leases = new Map<string, NewLease>()
    const now = authority.clock.now()
    const verdicts: Verdict[] = []
    for (const { node, place } of batch) {
      const contract = known.has(node.nodeId) ? contracts.get(node.clusterId) : undefined
      if (contract === undefined) {
        verdicts.push({ refusal: new DomainError('credentials_invalid') })
        continue
      }
      const { incarnation, seq } = place.position
      if (compareMarks(place.position, at) > 0 && place.digest === undefined) {
        verdicts.push({ refusal: new DomainError('acknowledgement_beyond_sent') })
        continue
      }
      const name = `${incarnation}.${seq}.${place.digest}`
      const isKnown = places.get(name) ?? (await isInLog(tx, place))
      places.set(name, isKnown)
      if (!isKnown) {
        verdicts.push({ refusal: new DomainError('log_diverged'), diverged: true })
        continue
      }
      const { maxStaleness, whenStale } = contract.cluster
      leases.set(node.nodeId, {
        node_id: node.nodeId,
        cluster_id: node.clusterId,
        incarnation,
        seq,
        acknowledged_at: now,
        lease_until: now + maxStaleness,
        max_staleness: maxStaleness,
        when_stale: whenStale,
      })
      verdicts.push({ lease: { head: at, view: contract.view, maxStaleness, whenStale } })
    }
    await putLeases(tx, [...leases.values()])
    return verdicts
  }
}
