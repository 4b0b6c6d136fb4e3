import { unavailable } from '../failures.ts'
import type { SqliteConnection } from './connection.ts'

/** How many may wait for a reader per reader that there is. */
const WAITING_PER_READER = 256

interface Waiting {
  readonly resolve: (reader: SqliteConnection) => void
  readonly reject: (reason: unknown) => void
  readonly timer: NodeJS.Timeout
}

export interface ReadersOptions {
  readonly size: number
  /** How long to wait for a free one, in milliseconds. */
  readonly wait: number
  open(): SqliteConnection
}

/** A bounded number of reading connections, opened when first needed. */
export class Readers {
  readonly #options: ReadersOptions
  readonly #idle: SqliteConnection[] = []
  readonly #waiting: Waiting[] = []
  #opened = 0
  #closed = false

  constructor(options: ReadersOptions) {
    this.#options = options
  }

  /** @throws DomainError `store_unavailable` when none is free in time */
  async acquire(): Promise<SqliteConnection> {
    if (this.#closed) throw unavailable(new Error('the store is closed'))
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#opened < this.#options.size) return this.#openOne()
    if (this.#waiting.length >= this.#options.size * WAITING_PER_READER)
      throw unavailable(new Error('too many queries are waiting for a connection'))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        resolve,
        reject,
        timer: setTimeout(() => this.#giveUp(waiting), this.#options.wait),
      }
      this.#waiting.push(waiting)
    })
  }

  /** Gives a connection back; one that is not fit for use is closed. */
  release(reader: SqliteConnection, fit: boolean): void {
    if (!fit || this.#closed) {
      this.#opened -= 1
      reader.close()
      return
    }
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#idle.push(reader)
      return
    }
    clearTimeout(next.timer)
    next.resolve(reader)
  }

  /** Closes what is idle now and the rest when it comes back. */
  close(): void {
    this.#closed = true
    for (const reader of this.#idle.splice(0)) reader.close()
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer)
      reject(unavailable(new Error('the store is closing')))
    }
  }

  #openOne(): SqliteConnection {
    this.#opened += 1
    try {
      return this.#options.open()
    } catch (failure) {
      this.#opened -= 1
      throw unavailable(failure)
    }
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    waiting.reject(unavailable(new Error(`no connection was free within ${this.#options.wait} ms`)))
  }
}
