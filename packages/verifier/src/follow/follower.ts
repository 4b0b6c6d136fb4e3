import {
  compareMarks,
  decodeFrame,
  decodeSnapshot,
  encodeSnapshot,
  type Frame,
  formatPosition,
  HASH_KEY_BYTES,
  LogIndex,
  type Mark,
  type Snapshot,
} from '@rescind/core/log'
import type { Platform } from '../platform/platform.ts'
import { AuthorityRefusal } from './answers.ts'
import type { NodeIdentity } from './authority-client.ts'
import { Lease } from './lease.ts'
import { type FollowerOptions, SYSTEM_CLOCK, type VerifierEvent } from './options.ts'
import type { LogSource, Surroundings } from './surroundings.ts'

/** Waits between two attempts to connect, in milliseconds: doubling, each a random part of its bound. */
const RETRY = { first: 200, longest: 10_000 }
/** Acknowledgements without news, in milliseconds: three in the time of a lease, but not more often than the least. */
const ACKNOWLEDGE = { leases: 3, least: 50, most: 3_000 }
/**
 * Streams that brought nothing although the authority answers, before the log is polled instead; and how long it is
 * polled before a stream is tried again, in milliseconds.
 */
const STREAM_FAILURES = 2
const STREAM_AGAIN = 300_000
/** A file that is behind by less than this is not written again, in milliseconds. */
const SAVE_AFTER = 30_000
const MAX_SNAPSHOT = 2 ** 30
/** Thumbprints that the authority takes in one request. */
const MOST_RETURNED = 1_000

/** Told of what has been applied. */
export interface FollowerListener {
  /** `frame` is absent where a snapshot has replaced what was known. */
  onApplied(index: LogIndex, frame?: Frame): void
}

/** Milliseconds between two unknown keys of one issuer that the authority is told of. */
const ASK_AGAIN = 5_000
const MOST_ASKED = 1_000

/** Follows one log: connects, applies, acknowledges, keeps what it knows in a file, and never gives up. */
export class Follower {
  readonly lease: Lease
  readonly #options: FollowerOptions
  readonly #platform: Platform
  readonly #listener: FollowerListener
  readonly #surroundings: Surroundings
  readonly #source: LogSource
  readonly #end = new AbortController()
  readonly #waiting = new Set<() => void>()
  /** By issuer, when the authority was last told of an unknown key. */
  readonly #asked = new Map<string, number>()
  #index: LogIndex | undefined
  #node: NodeIdentity | undefined
  #viewWanted: string | undefined
  /** Revoked keys of which the authority has to be told, since its log lost them. */
  #toReturn: readonly string[] = []
  #acknowledging = false
  #acknowledgeAgain = false
  #stopBeat: (() => void) | undefined
  #streamFailures = 0
  /** Acknowledgements that the authority has answered. */
  #answers = 0
  /** How many there had been when a stream failed last. */
  #answersBefore = 0
  #dirtySince: number | undefined
  #saving: Promise<void> = Promise.resolve()
  #running: Promise<void> = Promise.resolve()

  constructor(
    options: FollowerOptions,
    platform: Platform,
    listener: FollowerListener,
    surroundings: Surroundings,
  ) {
    this.#options = options
    this.#platform = platform
    this.#listener = listener
    this.lease = new Lease(options.clock ?? SYSTEM_CLOCK)
    this.#surroundings = surroundings
    this.#source = surroundings.source
  }

  /** What is known; `undefined` before the first snapshot. */
  get index(): LogIndex | undefined {
    return this.#index
  }

  async start(): Promise<void> {
    await this.#recall()
    this.#running = this.#run()
  }

  /** Resolves once `reached` holds, or after `milliseconds`, or when the follower is closed. */
  async until(reached: () => boolean, milliseconds: number): Promise<boolean> {
    if (reached() || this.#end.signal.aborted) return reached()
    await new Promise<void>((resolve) => {
      const done = () => {
        stop()
        this.#waiting.delete(look)
        resolve()
      }
      const look = () => {
        if (reached() || this.#end.signal.aborted) done()
      }
      const stop = this.#surroundings.after(milliseconds, done)
      this.#waiting.add(look)
    })
    return reached()
  }

  /** Ends the connection and keeps what is known. */
  async close(): Promise<void> {
    this.#end.abort()
    this.#stopBeat?.()
    this.#wake()
    await this.#running
    await this.#save()
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#end.signal.aborted) {
      try {
        await this.#follow(() => {
          failures = 0
        })
      } catch (failure) {
        if (this.#end.signal.aborted) break
        await this.#pause(this.#judge(failure), failures++)
      }
    }
  }

  /** Connects once and stays connected; ends by itself only where a snapshot is due. */
  async #follow(onProgress: () => void): Promise<void> {
    const { signal } = this.#end
    this.#node ??= await this.#source.register(this.#options.name ?? '', signal)
    const node = this.#node
    if (this.#index === undefined || this.#isSnapshotDue(this.#index)) {
      await this.#takeSnapshot(node)
      onProgress()
    }
    if (this.#toReturn.length > 0) await this.#returnKeys(node)
    const index = this.#index
    if (index === undefined) throw new Error('no snapshot')
    this.#acknowledge()
    if (this.#streamFailures >= STREAM_FAILURES) await this.#poll(node, index, onProgress)
    else await this.#stream(node, index, onProgress)
  }

  #newsQuery(index: LogIndex): string {
    return `?after=${formatPosition(index.position)}&view=${index.view}&digest=${index.digest}`
  }

  #isSnapshotDue(index: LogIndex): boolean {
    return index.hole !== undefined || (this.#viewWanted !== undefined && this.#viewWanted !== index.view)
  }

  async #stream(node: NodeIdentity, index: LogIndex, onProgress: () => void): Promise<void> {
    const events = this.#source.stream(node, this.#newsQuery(index), this.#end.signal)
    let heard = false
    try {
      for await (const { event, data } of events) {
        heard = true
        onProgress()
        this.#streamFailures = 0
        if (event === 'snapshot') return this.#wantSnapshot()
        if (event === 'frame')
          this.#apply(index, decodeFrame(typeof data === 'string' ? this.#platform.decode(data) : data))
        if (this.#isSnapshotDue(index)) return
      }
      throw new Error('the stream ended')
    } catch (failure) {
      // Where nothing at all gets through, polling would not either. A stream may fail before any answer can come, so
      // what counts is whether there was one since the last that failed.
      const isAnswered = this.#answers > this.#answersBefore
      this.#answersBefore = this.#answers
      if (!heard && isAnswered && !(failure instanceof AuthorityRefusal)) this.#streamFailures++
      throw failure
    }
  }

  /** Where something on the way keeps streams from arriving. */
  async #poll(node: NodeIdentity, index: LogIndex, onProgress: () => void): Promise<void> {
    const since = this.#monotonic()
    while (!this.#isSnapshotDue(index)) {
      if (this.#monotonic() - since > STREAM_AGAIN) {
        this.#streamFailures = STREAM_FAILURES - 1
        return
      }
      const frames = await this.#source.poll(node, this.#newsQuery(index), this.#end.signal)
      onProgress()
      for (const text of frames) this.#apply(index, decodeFrame(this.#platform.decode(text)))
    }
  }

  #apply(index: LogIndex, frame: Frame): void {
    index.apply(frame)
    if (frame.entries.length > 0) this.#dirtySince ??= this.#monotonic()
    this.#listener.onApplied(index, frame)
    this.lease.advance(index)
    this.#wake()
    if (frame.to > frame.from) {
      this.#emit({
        type: 'applied',
        position: formatPosition(index.position),
        entries: frame.entries.length,
      })
      // At once: whoever revoked is waiting to hear of it.
      this.#acknowledge()
    }
    if (this.#dirtySince !== undefined && this.#monotonic() - this.#dirtySince > SAVE_AFTER) void this.#save()
  }

  async #takeSnapshot(node: NodeIdentity): Promise<void> {
    const known = this.#index
    const query = known === undefined || known.hole === 'empty' ? '' : this.#placeQuery(known)
    const limit = Math.min(MAX_SNAPSHOT, this.#options.memoryLimit ?? MAX_SNAPSHOT)
    const bytes = await this.#source.snapshot(node, query, limit, this.#end.signal)
    const snapshot = decodeSnapshot(bytes, limit)
    this.#load(snapshot)
    this.#viewWanted = undefined
    const returned = known === undefined ? [] : lostKeys(known, snapshot)
    // A key may wait here already from an attempt that failed.
    this.#toReturn = [...new Set([...this.#toReturn, ...returned])]
    await this.#save()
  }

  /**
   * What was revoked stays so: keys that an earlier incarnation revoked and the present one does not know. Until they are
   * handed back the snapshot in the file stays that of before, so that a new process does the same.
   */
  async #returnKeys(node: NodeIdentity): Promise<void> {
    const all = this.#toReturn
    for (let at = 0; at < all.length; at += MOST_RETURNED) {
      try {
        await this.#source.returnKeys(node, all.slice(at, at + MOST_RETURNED), this.#end.signal)
      } catch (failure) {
        // One that does not want them will not want them later either; they are revoked here all the same.
        const isFinal = failure instanceof AuthorityRefusal && failure.status < 500 && failure.status !== 401
        if (!isFinal) throw failure
      }
    }
    this.#toReturn = []
    await this.#save()
  }

  /** A hole means that its place is not one that was reached; the digest is then of an earlier one. */
  #placeQuery(index: LogIndex): string {
    const digest = index.digest === '' ? '' : `&digest=${index.digest}`
    return `?after=${formatPosition(index.position)}${digest}`
  }

  #load(snapshot: Snapshot): void {
    let index = this.#index
    if (index === undefined || index.log !== snapshot.log) {
      const hashKey = snapshot.ids?.hashKey ?? new Uint8Array(HASH_KEY_BYTES)
      const { memoryLimit } = this.#options
      const limit = memoryLimit === undefined ? {} : { memoryLimit }
      index = new LogIndex({ log: snapshot.log, classes: ['access'], hashKey, ...limit })
      this.lease.reset()
    }
    const before = index.incarnation
    const outcome = index.load(snapshot)
    if (outcome !== 'applied') throw new Error(`a snapshot that is ${outcome}`)
    this.#index = index
    this.#dirtySince ??= this.#monotonic()
    this.#listener.onApplied(index)
    this.lease.advance(index)
    const position = formatPosition(index.position)
    this.#emit({ type: 'applied', position, entries: 0 })
    if (before > 0 && index.incarnation > before)
      this.#emit({ type: 'recovered', position, returned: lostKeys(index, snapshot).length })
    this.#wake()
  }

  #wantSnapshot(): void {
    // No view has this name, so what is known is of another one until a snapshot was loaded.
    this.#viewWanted = 'another'
  }

  /** One acknowledgement is under way at a time; news that arrives meanwhile is acknowledged right after it. */
  #acknowledge(): void {
    if (this.#acknowledging) {
      this.#acknowledgeAgain = true
      return
    }
    this.#acknowledging = true
    void this.#acknowledgeOnce()
      .catch((failure: unknown) => {
        if (failure instanceof AuthorityRefusal && failure.status === 401) this.#node = undefined
      })
      .finally(() => {
        this.#acknowledging = false
        if (this.#acknowledgeAgain) this.#acknowledge()
        else this.#scheduleBeat()
      })
  }

  async #acknowledgeOnce(): Promise<void> {
    this.#acknowledgeAgain = false
    const [index, node] = [this.#index, this.#node]
    if (index === undefined || node === undefined || index.hole !== undefined) return
    const sent = this.lease.moment()
    const position = formatPosition(index.position)
    const grant = await this.#source.acknowledge(node, position, index.digest, this.#end.signal)
    this.#answers++
    if (grant.view !== index.view) {
      this.#viewWanted = grant.view
    }
    if (this.lease.granted(sent, grant, index)) {
      this.#emit({ type: 'lease', position, staleness: this.lease.staleness })
      this.#wake()
    }
  }

  #scheduleBeat(): void {
    this.#stopBeat?.()
    if (this.#end.signal.aborted) return
    const allowed = this.lease.contract?.maxStaleness ?? ACKNOWLEDGE.most
    const staleness = Math.min(allowed, this.#options.maxStaleness ?? allowed)
    const { leases, least, most } = ACKNOWLEDGE
    const wait = Math.min(most, Math.max(least, staleness / leases))
    const { random, after } = this.#surroundings
    this.#stopBeat = after(wait * (0.75 + random() / 4), () => this.#acknowledge())
  }

  /** What a failure means, in words for the operator. */
  #judge(failure: unknown): string {
    if (failure instanceof AuthorityRefusal) {
      if (failure.status === 401) this.#node = undefined
      if (failure.code === 'log_snapshot_due') this.#wantSnapshot()
      if (failure.code === 'log_diverged' && this.#index !== undefined)
        this.#emit({ type: 'diverged', position: formatPosition(this.#index.position) })
    }
    return failure instanceof Error ? failure.message : String(failure)
  }

  async #pause(cause: string, failures: number): Promise<void> {
    const bound = Math.min(RETRY.longest, RETRY.first * 2 ** Math.min(failures, 16))
    // Many verifiers lose the same authority at once; they must not all come back at once.
    const retryIn = Math.ceil(bound * (0.5 + this.#surroundings.random() / 2))
    this.#emit({ type: 'disconnected', cause, retryIn })
    const { signal } = this.#end
    await new Promise<void>((resolve) => {
      const stop = this.#surroundings.after(retryIn, done)
      function done() {
        stop()
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
    })
  }

  /** What an earlier process knew: a guard against rollback, and never fresh by itself. */
  async #recall(): Promise<void> {
    try {
      const bytes = await this.#options.store?.load()
      if (bytes !== undefined) this.#load(decodeSnapshot(bytes))
    } catch (failure) {
      this.#emit({ type: 'snapshot_failed', cause: String(failure) })
    }
    this.#dirtySince = undefined
  }

  #save(): Promise<void> {
    const [store, index] = [this.#options.store, this.#index]
    if (store === undefined || index === undefined || index.hole !== undefined) return Promise.resolve()
    if (this.#dirtySince === undefined || this.#toReturn.length > 0) return this.#saving
    this.#dirtySince = undefined
    const bytes = encodeSnapshot(index)
    // One after the other, so that an older one never replaces a newer.
    this.#saving = this.#saving
      .then(() => store.save(bytes))
      .catch((failure: unknown) => this.#emit({ type: 'snapshot_failed', cause: String(failure) }))
    return this.#saving
  }

  #monotonic(): number {
    return this.lease.moment().monotonic
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look()
  }

  #emit(event: VerifierEvent): void {
    try {
      this.#options.onEvent?.(event)
    } catch {
      // What a listener does is its own affair.
    }
  }

  /** Tells the authority of a key that an identity provider may have published since it was last asked. */
  askForKey(issuer: string, kid: string): void {
    const node = this.#node
    const now = this.#monotonic()
    const asked = this.#asked.get(issuer)
    // The authority keeps a quiet period of its own; this one keeps a flood of kids from becoming one of requests.
    if (node === undefined || (asked !== undefined && now - asked < ASK_AGAIN)) return
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear()
    this.#asked.set(issuer, now)
    this.#source.lookForKey?.(node, issuer, kid, this.#end.signal).catch(() => undefined)
  }

  /** Whether everything up to a place has been applied. */
  hasReached(mark: Mark): boolean {
    const index = this.#index
    return index !== undefined && index.hole === undefined && compareMarks(index, mark) >= 0
  }

  /** Whether the view is the one that the cluster has now, as far as is known. */
  get isViewCurrent(): boolean {
    const index = this.#index
    return index !== undefined && !this.#isSnapshotDue(index)
  }

  /** For events of the verifier itself. */
  emit(event: VerifierEvent): void {
    this.#emit(event)
  }
}

/** Keys that are known to be revoked by an earlier incarnation, and of which a snapshot of a later one says nothing. */
function lostKeys(index: LogIndex, { incarnation, entries }: Snapshot): readonly string[] {
  const told = new Set<string>()
  for (const entry of entries) {
    if (entry.kind === 'key.revoked') told.add(entry.subject.key)
    else if (entry.kind === 'idp_jwks.revoked' || entry.kind === 'idp_jwks.refreshed')
      for (const thumbprint of entry.data.blocked ?? []) told.add(thumbprint)
  }
  return index.revokedKeys.filter((thumbprint) => {
    const mark = index.revokedKey(thumbprint)
    return mark !== undefined && mark.incarnation < incarnation && !told.has(thumbprint)
  })
}
