import { compareMarks, type Mark, type Position, viewVersion } from '@rescind/core/log'
import { DomainError } from '../../errors/index.ts'
import { head, isInLog, type KnownPlace } from '../../log/index.ts'
import type { WriteTx } from '../../store/index.ts'
import { findNodes, type LeaseTerms, putLeases } from '../../store/queries/cluster-nodes.ts'
import { findCluster } from '../../store/queries/clusters.ts'
import { findHalt } from '../../store/queries/log-halts.ts'
import { readCluster, type WhenStale } from '../cluster.ts'
import type { Follower } from '../cluster-credentials.ts'
import { viewOfCluster } from '../cluster-view.ts'
import { tellAcknowledged } from './acknowledgement-news.ts'
import { reportDivergence } from './continuity.ts'
import type { Deliveries } from './deliveries.ts'
import { keepForOpenEffects } from './open-effects.ts'
import { type NamedPlace, type PlaceSeal, placeSeal } from './place-seal.ts'

/**
 * What a node may rely on, from when it sent its acknowledgement and once it has applied `head`. Nodes of one cluster
 * whose leases are granted together share the object.
 */
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

type Verdict =
  | { readonly contract: Contract }
  | { readonly refusal: DomainError; readonly diverged?: NamedPlace }

/**
 * Grants leases. Acknowledgements that wait together share one transaction, which begins after the last of them came
 * and in which their leases are recorded. The head that they are granted is read after its COMMIT: whoever looks for
 * the leases that may not know of an entry either finds this one, or looked before that COMMIT; and then the entry was
 * there already, lies at or below the head, and the node has to apply it before the lease means anything.
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
   * @throws DomainError `acknowledgement_beyond_sent`, `log_diverged`, `log_snapshot_due` for a place of an earlier
   *   incarnation, `log_halted` while the log lacks what somebody knows of it, `credentials_invalid` where the node is no
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
    for (let batch = this.#take(log); batch.length > 0; batch = this.#take(log)) {
      const start = performance.now()
      await this.#settle(log, batch)
      await breather(performance.now() - start)
    }
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
      const seal = await placeSeal(authority)
      const verdicts = await authority.store.write(
        { organizationId: log },
        (tx) => this.#judge(tx, batch, seal),
        'urgent',
      )
      const { position: at } = await authority.store.read({ organizationId: log }, (tx) => head(tx), 'urgent')
      tellAcknowledged(authority.store, log)
      const leases = new Map<Contract, Lease>()
      for (const [index, waiting] of batch.entries()) {
        const verdict = verdicts[index]
        if (verdict === undefined) waiting.reject(new DomainError('internal'))
        else if ('contract' in verdict) {
          const lease = leases.get(verdict.contract) ?? { head: at, ...verdict.contract }
          leases.set(verdict.contract, lease)
          waiting.resolve(lease)
        } else {
          if (verdict.diverged) await reportDivergence(authority, waiting.node, verdict.diverged)
          waiting.reject(verdict.refusal)
        }
      }
    } catch (failure) {
      for (const { reject } of batch) reject(failure)
    }
  }

  async #judge(tx: WriteTx, batch: readonly Waiting[], seal: PlaceSeal): Promise<Verdict[]> {
    const at = (await head(tx)).position
    const halted = (await findHalt(tx)) !== undefined
    const nodes = await findNodes(tx, [...new Set(batch.map(({ node }) => node.nodeId))])
    const contracts = await this.#contractsOf(tx, nodes)
    const places = new Map<KnownPlace, Verdict | undefined>()
    const terms = new TermsOfBatch(this.#deliveries.authority.clock.now())
    const leases = new Map<string, LeaseTerms>()
    const verdicts: Verdict[] = []
    for (const { node, place } of batch) {
      const contract = contracts.get(node.nodeId)
      if (contract === undefined) {
        verdicts.push(UNKNOWN)
        continue
      }
      // Many nodes acknowledge the same one.
      if (!places.has(place)) places.set(place, await judgePlace(tx, seal.read(place), at))
      const refusal = places.get(place) ?? (halted ? HALTED : undefined)
      if (refusal !== undefined) {
        verdicts.push(refusal)
        continue
      }
      leases.set(node.nodeId, terms.at(node.clusterId, place.position, contract))
      verdicts.push({ contract })
    }
    const before = new Map<string, Mark>()
    for (const { id, incarnation, seq } of nodes)
      if (incarnation !== null && seq !== null) before.set(id, { incarnation, seq })
    await keepForOpenEffects(tx, leases, before)
    for (const [same, granted] of Map.groupBy(leases, ([, each]) => each))
      await putLeases(
        tx,
        granted.map(([nodeId]) => nodeId),
        same,
      )
    return verdicts
  }

  /** What each node that is still registered lives by, read once for each cluster. */
  async #contractsOf(
    tx: WriteTx,
    nodes: readonly { readonly id: string; readonly cluster_id: string }[],
  ): Promise<ReadonlyMap<string, Contract>> {
    const byCluster = new Map<string, Contract | undefined>()
    const byNode = new Map<string, Contract>()
    for (const { id, cluster_id: clusterId } of nodes) {
      if (!byCluster.has(clusterId)) byCluster.set(clusterId, await this.#contractOf(tx, clusterId))
      const contract = byCluster.get(clusterId)
      if (contract !== undefined) byNode.set(id, contract)
    }
    return byNode
  }

  async #contractOf(tx: WriteTx, clusterId: string): Promise<Contract | undefined> {
    const row = await findCluster(tx, clusterId)
    if (row === undefined) return undefined
    const cluster = readCluster(row)
    const view = viewVersion(await viewOfCluster(this.#deliveries.authority, tx, cluster))
    return { view, maxStaleness: cluster.maxStaleness, whenStale: cluster.whenStale }
  }
}

/** How many times as long as a batch took until the next one begins, and at the most, in milliseconds. */
const BREATHER = { times: 1, longest: 8 }

/**
 * Thousands of nodes acknowledge an entry within moments, and others all the time: where making leases durable takes
 * long, batches that followed on each other would leave the thread to nothing else, and hold few leases each.
 */
function breather(took: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(BREATHER.longest, took * BREATHER.times)))
}

type Contract = Omit<Lease, 'head'>

/** A node that is not registered any more, or whose cluster is gone. */
const UNKNOWN: Verdict = { refusal: new DomainError('credentials_invalid') }

const HALTED: Verdict = { refusal: new DomainError('log_halted') }

/** Why a place is not acknowledged; `undefined` where it is. */
async function judgePlace(tx: WriteTx, place: NamedPlace, at: Position): Promise<Verdict | undefined> {
  const { position, isProved } = place
  if (position.incarnation < at.incarnation) return { refusal: new DomainError('log_snapshot_due') }
  // Without proof it may be a mistake of the node's; with it, it is knowledge that this database lacks.
  if (!isProved && compareMarks(position, at) > 0)
    return { refusal: new DomainError('acknowledgement_beyond_sent') }
  return (await isInLog(tx, place))
    ? undefined
    : { refusal: new DomainError('log_diverged'), diverged: place }
}

/** On which terms leases are granted in a batch: most of its nodes are of one cluster and acknowledge the same place. */
class TermsOfBatch {
  readonly #now: number
  readonly #known = new Map<string, LeaseTerms>()

  constructor(now: number) {
    this.#now = now
  }

  at(clusterId: string, { incarnation, seq }: Position, contract: Contract): LeaseTerms {
    const name = `${clusterId}.${incarnation}.${seq}`
    const { maxStaleness, whenStale } = contract
    const terms = this.#known.get(name) ?? {
      cluster_id: clusterId,
      incarnation,
      seq,
      acknowledged_at: this.#now,
      lease_until: this.#now + maxStaleness,
      max_staleness: maxStaleness,
      when_stale: whenStale,
    }
    this.#known.set(name, terms)
    return terms
  }
}
