import { type Position, type View, viewVersion } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { type LoggedEntry, Tail } from '../../log/index.ts'
import { findCluster } from '../../store/queries/clusters.ts'
import { clusterNotFound, readCluster } from '../cluster.ts'
import type { Follower } from '../cluster-credentials.ts'
import { viewOfCluster } from '../cluster-view.ts'
import { logHashKey } from './hash-key.ts'
import { placeSeal } from './place-seal.ts'
import { ViewFeed } from './view-feed.ts'

/** Kinds of entries after which a cluster may see something else than before. */
const CHANGES_VIEWS = /^(cluster|api|issuer|identity_provider)\./
/** How long a view that nobody follows is kept up to date, in milliseconds. */
const IDLE = 60_000

/** A follower that is connected, as the deliveries watch over it. */
export interface Attached {
  readonly follower: Follower
  readonly version: string
  /** What it may see has changed, or it may see nothing any more. */
  viewChanged(): void
}

/** How far this process has sent the log to a node that follows it here. */
interface Sent {
  position: Position
  streams: number
}

/** The views that verifiers follow through this node of the authority, and who follows them. */
export class Deliveries {
  readonly authority: Authority
  readonly #tail: Tail
  readonly #feeds = new Map<string, Promise<ViewFeed>>()
  readonly #hashKeys = new Map<string, Promise<Uint8Array>>()
  readonly #attached = new Map<string, Set<Attached>>()
  readonly #sent = new Map<string, Sent>()
  readonly #sweep: NodeJS.Timeout

  constructor(authority: Authority, tail = new Tail(authority.store)) {
    this.authority = authority
    this.#tail = tail
    this.#sweep = setInterval(() => void this.#closeIdle(), IDLE)
    this.#sweep.unref()
  }

  /**
   * The view that the follower's cluster has now, up to date with what this process has seen of the log.
   *
   * @throws DomainError `not_found` where the cluster is gone, `store_unavailable`
   */
  async feedOf(follower: Follower): Promise<ViewFeed> {
    const { organizationId: log } = follower
    const view = await this.#viewOf(follower)
    const version = viewVersion(view)
    const name = `${log}:${version}`
    const known = this.#feeds.get(name)
    if (known !== undefined) return known
    const opening = this.#open(log, version, view).catch((failure: unknown) => {
      this.#feeds.delete(name)
      throw failure
    })
    this.#feeds.set(name, opening)
    return opening
  }

  attach(attached: Attached): void {
    const { organizationId } = attached.follower
    const all = this.#attached.get(organizationId) ?? new Set()
    this.#attached.set(organizationId, all.add(attached))
  }

  detach(attached: Attached): void {
    this.#attached.get(attached.follower.organizationId)?.delete(attached)
  }

  /** Notes that a node was sent the log up to a position, beside or by a stream that is open. */
  noteSent(nodeId: string, position: Position, streams = 0): void {
    const known = this.#sent.get(nodeId)
    if (known === undefined) {
      if (streams > 0) this.#sent.set(nodeId, { position, streams })
    } else {
      known.streams += streams
      if (position.incarnation !== known.position.incarnation || position.seq > known.position.seq)
        known.position = position
    }
  }

  noteStreamEnd(nodeId: string): void {
    const known = this.#sent.get(nodeId)
    if (known === undefined) return
    known.streams -= 1
    // Whatever it is sent from now on may come from another process: the head of the log is the bound then.
    if (known.streams <= 0) this.#sent.delete(nodeId)
  }

  /** How far a node that follows through this process was sent the log; `undefined` where none does. */
  sentTo(nodeId: string): Position | undefined {
    const known = this.#sent.get(nodeId)
    return known !== undefined && known.streams > 0 ? known.position : undefined
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const feed of this.#feeds.values())
      feed.then(
        (open) => open.close(),
        () => undefined,
      )
    this.#feeds.clear()
    this.#tail.close()
  }

  #viewOf({ organizationId, clusterId }: Follower): Promise<View> {
    return this.authority.store.read({ organizationId }, async (tx) => {
      const row = await findCluster(tx, clusterId)
      if (row === undefined) throw clusterNotFound(clusterId)
      return viewOfCluster(this.authority, tx, readCluster(row))
    })
  }

  async #open(log: string, version: string, view: View): Promise<ViewFeed> {
    const key = this.#hashKeys.get(log) ?? logHashKey(this.authority, log)
    this.#hashKeys.set(log, key)
    key.catch(() => this.#hashKeys.delete(log))
    const feed = new ViewFeed({
      authority: this.authority,
      tail: this.#tail,
      log,
      version,
      view,
      hashKey: await key,
      seal: await placeSeal(this.authority),
      onEntries: (entries) => this.#look(log, entries),
    })
    await feed.open()
    return feed
  }

  #look(log: string, entries: readonly LoggedEntry[]): void {
    if (!entries.some(({ kind }) => CHANGES_VIEWS.test(kind))) return
    // One reading for each cluster, whatever number of nodes it has.
    const byCluster = Map.groupBy(this.#attached.get(log) ?? [], ({ follower }) => follower.clusterId)
    for (const attached of byCluster.values()) void this.#compare(attached)
  }

  async #compare(attached: readonly Attached[]): Promise<void> {
    const follower = attached[0]?.follower
    if (follower === undefined) return
    // A view that cannot be read is followed no further; the next request says why.
    const version = await this.#viewOf(follower).then(viewVersion, () => undefined)
    for (const each of attached) if (each.version !== version) each.viewChanged()
  }

  async #closeIdle(): Promise<void> {
    for (const [name, opening] of this.#feeds) {
      const feed = await opening.catch(() => undefined)
      if (feed === undefined || !feed.isIdle || performance.now() - feed.idleSince < IDLE) continue
      this.#feeds.delete(name)
      feed.close()
    }
  }
}
