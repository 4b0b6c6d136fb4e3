import { Client } from 'pg'
import type { AppendNotice } from '../store.ts'

const CHANNEL = 'rescind_log'
/** A payload is below 8,000 bytes (PostgreSQL manual, NOTIFY); beyond this many logs it says "any". */
const MAX_LOGS = 256
/** The pause before the next attempt to connect, in milliseconds; it doubles up to the second number. */
const RECONNECT = { first: 100, last: 5_000 }

export interface LogSignalsOptions {
  readonly url: string
  onSignal(logs: AppendNotice): void
  onTrouble(trouble: unknown): void
}

/**
 * Tells the other nodes which logs have grown, and hears it from them, on a connection of its own. NOTIFY comes
 * after the COMMIT and not inside it, where it would make all commits of the database wait for each other. That
 * makes it a hint, and so it need not be durable either.
 */
export class LogSignals {
  readonly #options: LogSignalsOptions
  readonly #outgoing = new Set<string>()
  /** The connection that is up, and the one that is up or coming up. */
  #client: Client | undefined
  #candidate: Client | undefined
  #sending = false
  #closed = false
  #pause = RECONNECT.first
  #retry: NodeJS.Timeout | undefined
  #connecting: Promise<void>

  constructor(options: LogSignalsOptions) {
    this.#options = options
    this.#connecting = this.#connect()
  }

  /** Sends what has grown; while a signal is under way the next ones share one. */
  send(logs: ReadonlySet<string>): void {
    for (const log of logs) this.#outgoing.add(log)
    if (!this.#sending) void this.#flush()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#connecting
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: 'rescind signals',
      keepAlive: true,
      connectionTimeoutMillis: RECONNECT.last,
      query_timeout: RECONNECT.last,
    })
    this.#candidate = client
    client.on('error', (failure) => this.#lost(client, failure))
    client.on('end', () => this.#lost(client, new Error('the connection for signals ended')))
    client.on('notification', ({ payload }) => this.#options.onSignal(readPayload(payload)))
    try {
      await client.connect()
      await client.query(`set synchronous_commit = off; listen ${CHANNEL}`)
      this.#client = client
      this.#pause = RECONNECT.first
      // What was said while nobody listened is unknown.
      this.#options.onSignal('any')
    } catch (failure) {
      this.#lost(client, failure)
    }
  }

  #lost(client: Client, failure: unknown): void {
    if (this.#closed || this.#candidate !== client) return
    this.#candidate = undefined
    this.#client = undefined
    this.#options.onTrouble(failure)
    // It may be half open: nothing more is wanted of it.
    client.end().catch(() => {})
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#connecting = this.#connect()
    }, this.#pause)
    this.#retry.unref()
    this.#pause = Math.min(this.#pause * 2, RECONNECT.last)
  }

  async #flush(): Promise<void> {
    this.#sending = true
    while (this.#outgoing.size > 0 && this.#client !== undefined) {
      const payload = this.#outgoing.size > MAX_LOGS ? '' : [...this.#outgoing].join(' ')
      this.#outgoing.clear()
      try {
        await this.#client.query('select pg_notify($1, $2)', [CHANNEL, payload])
      } catch (failure) {
        // Lost with the connection; the others look for themselves.
        if (!this.#closed) this.#options.onTrouble(failure)
        break
      }
    }
    this.#sending = false
  }
}

function readPayload(payload: string | undefined): AppendNotice {
  return payload === undefined || payload === '' ? 'any' : new Set(payload.split(' '))
}
