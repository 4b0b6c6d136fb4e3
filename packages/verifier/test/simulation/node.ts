import { parsePosition } from '@rescind/core/log'
import { VerifierError } from '../../src/errors.ts'
import type { Clock, WhenStale } from '../../src/follow/options.ts'
import type { LogSource, Surroundings } from '../../src/follow/surroundings.ts'
import type { SnapshotStore } from '../../src/platform/platform.ts'
import { Verifier } from '../../src/verifier.ts'
import type { Authority, Sent } from './authority.ts'
import type { Chance } from './chance.ts'
import type { Event, History, IssuedToken, Outcome } from './history.ts'
import type { Network } from './network.ts'
import type { Time } from './time.ts'
import { platform, RESOURCES } from './tokens.ts'

export interface World {
  readonly time: Time
  readonly chance: Chance
  readonly history: History
  readonly network: Network
  readonly authority: Authority
}

/** How long introspection and polling wait, in milliseconds; see follow. */
const INTROSPECTION = 5_000
const POLLING = 35_000

/** A machine that runs a verifier: its two clocks, its disk, and the process, which may die or be stopped. */
export class Node {
  readonly name: string
  readonly #world: World
  readonly #whenStale: WhenStale | undefined
  readonly #maxStaleness: number | undefined
  #verifier: Verifier | undefined
  /** Counts processes: whatever belongs to a former one happens to nobody. */
  #process = 0
  #disk: Uint8Array | undefined
  #diskIsFull = false
  #stoppedUntil = 0
  /** What the monotonic clock has missed while the process was stopped together with its machine. */
  #slept = 0
  #wallAhead = 0

  constructor(name: string, world: World, maxStaleness?: number, whenStale?: WhenStale) {
    this.name = name
    // Something on the way keeps what is streamed to itself.
    if (world.chance.happens(0.1)) world.network.swallowed.add(name)
    this.#world = world
    this.#maxStaleness = maxStaleness
    this.#whenStale = whenStale
  }

  get isRunning(): boolean {
    return this.#verifier !== undefined
  }

  /** @param disk what becomes of what an earlier process wrote */
  async start(disk: 'kept' | 'lost' | 'damaged'): Promise<void> {
    const process = ++this.#process
    if (disk === 'lost') this.#disk = undefined
    if (disk === 'damaged') this.#disk = this.#disk?.slice(0, Math.floor(this.#disk.length / 2))
    this.#record({ type: 'started', node: this.name, keeps: disk === 'kept' })
    const [maxStaleness, whenStale] = [this.#maxStaleness, this.#whenStale]
    const options = {
      authority: 'https://id.example.com',
      credential: 'rsc_simulation',
      audience: RESOURCES,
      clock: this.#clock(),
      onEvent: (event: { readonly type: string; readonly position?: string }) => {
        const mark = parsePosition(event.position ?? '')
        if (event.type === 'applied' && mark !== undefined && process === this.#process)
          this.#record({ type: 'applied', node: this.name, position: mark })
      },
      ...(maxStaleness !== undefined && { maxStaleness }),
      ...(whenStale !== undefined && { whenStale }),
    }
    const verifier = await Verifier.open(options, platform, this.#store(process), this.#surroundings(process))
    if (process === this.#process) this.#verifier = verifier
  }

  /** Ends the process without a word. */
  kill(): void {
    this.#process += 1
    this.#verifier = undefined
    this.#stoppedUntil = 0
  }

  /** Stops the process for a while, as SIGSTOP does, or with its machine, whose monotonic clock then stands still. */
  stop(milliseconds: number, withMachine: boolean): void {
    const { now } = this.#world.time
    if (this.#stoppedUntil > now) return
    this.#stoppedUntil = now + milliseconds
    // Beside a wall clock that was set there is no clock left that tells the truth.
    if (withMachine && this.#wallAhead === 0) this.#slept += milliseconds
  }

  /** Somebody sets the wall clock. A machine that slept has only this one to tell how long. */
  setWallClock(ahead: number): void {
    if (this.#slept === 0 || ahead === 0) this.#wallAhead = ahead
  }

  setDiskFull(isFull: boolean): void {
    this.#diskIsFull = isFull
  }

  /** Presents a token, and notes the verdict. */
  async verify(token: IssuedToken, settled = false): Promise<void> {
    const verifier = this.#verifier
    const process = this.#process
    if (verifier === undefined || this.#stoppedUntil > this.#world.time.now) return
    const outcome = await outcomeOf(verifier, token)
    if (process !== this.#process) return
    const { maxStaleness } = verifier.contract
    this.#record({ type: 'verdict', node: this.name, token, outcome, maxStaleness, settled })
  }

  #clock(): Clock {
    const { time } = this.#world
    return {
      now: () => time.now + this.#wallAhead,
      // While the machine sleeps nothing reads the clock.
      monotonic: () => time.now - this.#slept,
    }
  }

  #surroundings(process: number): Surroundings {
    const { time, chance, network, authority } = this.#world
    const ask = async (_issuer: string, text: string) => {
      try {
        const never = new AbortController().signal
        return await network.request(this.name, never, () => authority.introspect(text), INTROSPECTION)
      } catch {
        throw new VerifierError('stale')
      }
    }
    return {
      source: this.#source(process),
      introspection: { ask: (issuer, text) => this.#here(process, ask(issuer, text)) },
      after: (milliseconds, callback) => {
        let isDue = true
        const run = () => {
          if (isDue && process === this.#process) this.#whenAwake(process, () => isDue && callback())
        }
        time.after(milliseconds, run)
        return () => {
          isDue = false
        }
      },
      random: () => chance.next(),
    }
  }

  #source(process: number): LogSource {
    const { network, authority } = this.#world
    const ask = <Answer>(signal: AbortSignal, answer: () => Promise<Answer>) =>
      this.#here(process, network.request(this.name, signal, answer))
    const queryOf = (query: string) => new URLSearchParams(query)
    return {
      register: async (_name, signal) => {
        await ask(signal, () => authority.register())
        return { nodeId: this.name, nodeToken: this.name }
      },
      acknowledge: (_node, position, digest, signal) =>
        ask(signal, () => authority.acknowledge(position, digest)),
      // The authority here revokes every key when it is recovered, so it has none to take back.
      returnKeys: (_node, _revoked, signal) => ask(signal, async () => {}),
      snapshot: async (_node, query, _limit, signal) => {
        const { bytes, end, resources } = await ask(signal, () => authority.snapshot(queryOf(query)))
        this.#record({ type: 'delivered', node: this.name, after: 0, end, resources })
        return bytes
      },
      stream: (_node, query, signal) => this.#stream(process, queryOf(query), signal),
      poll: async (_node, query, signal) => {
        const sent = await this.#here(
          process,
          network.request(this.name, signal, () => authority.news(queryOf(query)), POLLING),
        )
        const { delivers } = sent
        if (delivers !== undefined) this.#record({ type: 'delivered', node: this.name, ...delivers })
        return delivers === undefined ? [] : [sent.data]
      },
    }
  }

  async *#stream(process: number, query: URLSearchParams, signal: AbortSignal): AsyncGenerator<Sent, void> {
    const { network, authority } = this.#world
    const stream = network.stream<Sent>(this.name, signal)
    await this.#here(
      process,
      network.request(this.name, signal, async () => authority.follow(query, stream)),
    )
    for await (const sent of stream) {
      await this.#here(process, Promise.resolve())
      if (sent.delivers !== undefined) this.#record({ type: 'delivered', node: this.name, ...sent.delivers })
      yield sent
    }
  }

  #store(process: number): SnapshotStore {
    const { time, chance } = this.#world
    return {
      load: async () => this.#disk,
      save: async (snapshot) => {
        await this.#here(process, time.wait(chance.between(0, 50)))
        if (this.#diskIsFull) throw new Error('no space left on device')
        this.#disk = snapshot
      },
    }
  }

  /** What happens to a process happens while it runs: never once it is dead, later where it is stopped. */
  #here<Value>(process: number, work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      work.then(
        (value) => this.#whenAwake(process, () => resolve(value)),
        (failure: unknown) => this.#whenAwake(process, () => reject(failure)),
      )
    })
  }

  #whenAwake(process: number, run: () => void): void {
    if (process !== this.#process) return
    const { time } = this.#world
    const wait = this.#stoppedUntil - time.now
    if (wait <= 0) run()
    else time.after(wait, () => this.#whenAwake(process, run))
  }

  #record(event: EventBody): void {
    const { history, time } = this.#world
    history.events.push({ ...event, at: time.now })
  }
}

type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never
type EventBody = Without<Event, 'at'>

async function outcomeOf(verifier: Verifier, { text }: IssuedToken): Promise<Outcome> {
  try {
    const { position, stale = 'fresh' } = await verifier.verify(text)
    const mark = parsePosition(position)
    if (mark === undefined) throw new Error(`${position} is not a position`)
    return { active: true, position: mark, how: stale }
  } catch (failure) {
    if (failure instanceof VerifierError) return { active: false, code: failure.code }
    throw failure
  }
}
