import type { Chance } from './chance.ts'
import type { Time } from './time.ts'

/** How bad the network is, as probabilities for each message. */
export interface Weather {
  readonly loss: number
  readonly duplication: number
  /** To take seconds. */
  readonly slowness: number
  /** Of frames on an open stream: lost, told twice, or told out of order. */
  readonly mischief: number
}

/** How long whoever asks waits for an answer, in milliseconds. */
const PATIENCE = 10_000

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** Messages between nodes and the authority: each may be late, lost, or there twice; none of a node that is cut off. */
export class Network {
  readonly #time: Time
  readonly #chance: Chance
  readonly cutOff = new Set<string>()
  /** To whom no stream gets through, although everything else does. */
  readonly swallowed = new Set<string>()
  /** Whose streams stand still until then, although everything else gets through. */
  readonly stalled = new Map<string, number>()
  weather: Weather

  constructor(time: Time, chance: Chance, weather: Weather) {
    this.#time = time
    this.#chance = chance
    this.weather = weather
  }

  /** Asks the authority. `answer` runs there, perhaps twice, perhaps long after whoever asked has given up. */
  request<Answer>(
    node: string,
    signal: AbortSignal,
    answer: () => Promise<Answer>,
    patience = PATIENCE,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new ConnectionLost('no answer'))
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      const stopWaiting = this.#time.after(patience, giveUp)
      const back = (settle: () => void) =>
        this.#send(node, () => {
          stopWaiting()
          signal.removeEventListener('abort', giveUp)
          settle()
        })
      const arrive = () =>
        answer().then(
          (value) => back(() => resolve(value)),
          (failure: unknown) => back(() => reject(failure)),
        )
      this.#send(node, arrive)
      if (this.#chance.happens(this.weather.duplication)) this.#send(node, arrive)
    })
  }

  stream<Message extends object>(node: string, signal: AbortSignal): Stream<Message> {
    return new Stream(this.#time, signal, () => this.#fate(node))
  }

  /** What becomes of a message on the stream to a node. */
  #fate(node: string): Fate {
    const { mischief } = this.weather
    const isLost = this.swallowed.has(node) || this.#isLost(node) || this.#chance.happens(mischief / 3)
    const arrival = this.#time.now + delay(this.#chance, this.weather)
    return {
      times: isLost ? 0 : this.#chance.happens(mischief / 3) ? 2 : 1,
      at: Math.max(arrival, this.stalled.get(node) ?? 0),
      isOvertaken: this.#chance.happens(mischief / 3),
    }
  }

  #send(node: string, arrive: () => void): void {
    if (this.#isLost(node)) return
    this.#time.after(delay(this.#chance, this.weather), () => {
      if (!this.cutOff.has(node)) arrive()
    })
  }

  #isLost(node: string): boolean {
    return this.cutOff.has(node) || this.#chance.happens(this.weather.loss)
  }
}

interface Fate {
  readonly times: number
  readonly at: number
  /** Whether it may arrive before what was sent earlier. */
  readonly isOvertaken: boolean
}

/** An open stream, in order unless there is mischief. Ends by `end`, by its signal, or by silence. */
export class Stream<Message extends object> implements AsyncIterable<Message> {
  readonly #time: Time
  readonly #fate: () => Fate
  readonly #queue: Message[] = []
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #ended = false
  #latest = 0
  #stopSilence: () => void = () => undefined

  constructor(time: Time, signal: AbortSignal, fate: () => Fate) {
    this.#time = time
    this.#fate = fate
    signal.addEventListener('abort', () => this.fail(), { once: true })
    this.#watch()
  }

  get isOpen(): boolean {
    return !this.#ended && this.#failure === undefined
  }

  push(message: Message): void {
    if (!this.isOpen) return
    const { times, at: soonest, isOvertaken } = this.#fate()
    // What was sent later does not arrive earlier.
    const at = isOvertaken ? soonest : Math.max(this.#latest, soonest)
    if (!isOvertaken) this.#latest = at
    for (let time = 0; time < times; time++)
      this.#time.after(at - this.#time.now, () => this.#arrive(message))
  }

  /** The other side has nothing more to say, once what it said has arrived. */
  end(): void {
    this.#time.after(this.#latest - this.#time.now + 1, () => {
      this.#ended = true
      this.#wake?.()
    })
  }

  fail(): void {
    this.#failure ??= new ConnectionLost('the stream broke')
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void> {
    try {
      for (;;) {
        for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
          yield next
          // One message at a time: what it sets in motion comes first.
          await this.#time.wait(0)
        }
        if (this.#failure !== undefined) throw this.#failure
        if (this.#ended) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      this.#failure ??= new ConnectionLost('nobody listens')
      this.#stopSilence()
    }
  }

  #arrive(message: Message): void {
    if (this.#failure !== undefined || this.#ended) return
    this.#watch()
    this.#queue.push(message)
    this.#wake?.()
  }

  #watch(): void {
    this.#stopSilence()
    this.#stopSilence = this.#time.after(15_000, () => this.fail())
  }
}

function delay(chance: Chance, { slowness }: Weather): number {
  return chance.happens(slowness) ? chance.between(100, 4_000) : chance.between(0, 30)
}
