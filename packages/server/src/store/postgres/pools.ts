import { type ClientBase, Pool, types } from 'pg'
import { StoreRefused, unavailable } from '../failures.ts'
import type { StoreLimits } from '../options.ts'
import { PostgresConnection } from './connection.ts'

/** How many may wait for a connection per connection that there is. */
const WAITING_PER_CONNECTION = 64

/** A transaction whose owner has vanished (a network partition) is ended by the server after this time. */
const IDLE_IN_TRANSACTION = 20_000

export interface PoolOptions {
  readonly url: string
  readonly size: number
  readonly limits: StoreLimits
  onTrouble(trouble: unknown): void
}

/** A bounded pool of connections, each verified to be durable and writable before it is first used. */
export class ConnectionPool {
  readonly #pool: Pool
  readonly #size: number

  constructor({ url, size, limits, onTrouble }: PoolOptions) {
    this.#size = size
    this.#pool = new Pool({
      connectionString: url,
      application_name: 'rescind',
      max: size,
      keepAlive: true,
      // Statements that need not wait for each other's answers travel together; the server keeps their order.
      pipeline: true,
      connectionTimeoutMillis: limits.connectionWait,
      statement_timeout: limits.statementTime,
      lock_timeout: limits.lockWait,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
      // The server answers first where it can; this is for a server that no longer answers at all.
      query_timeout: limits.statementTime + 2_000,
      types: { getTypeParser },
      onConnect: verify,
    })
    this.#pool.on('error', onTrouble)
    // A connection that breaks while in use tells so through its query; without a listener it would also be
    // an uncaught exception.
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** @throws DomainError `store_unavailable` when none is free in time or the server is not there */
  async connect(): Promise<PostgresConnection> {
    if (this.#pool.waitingCount >= this.#size * WAITING_PER_CONNECTION)
      throw unavailable(new Error('too many transactions are waiting for a connection'))
    try {
      return new PostgresConnection(await this.#pool.connect())
    } catch (failure) {
      if (failure instanceof StoreRefused) throw failure
      throw unavailable(failure)
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

/** Integers arrive as numbers that are exact, or not at all; everything else as `pg` has it. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === types.builtins.INT8 || oid === types.builtins.NUMERIC) return safeInteger
  return types.getTypeParser(oid, format === 'binary' ? 'text' : format)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`)
  return value
}

/**
 * An acknowledgement rests on the COMMIT being on disk, and a decision on the newest commit: a connection that
 * commits asynchronously, or that leads to a standby, is refused.
 */
async function verify(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; value: string | null }>(`
    select name, current_setting(name, true) as value
    from unnest(array['synchronous_commit', 'fsync', 'full_page_writes', 'transaction_read_only']) as name`)
  const settings = new Map(rows.map((row) => [row.name, row.value]))
  for (const name of ['fsync', 'full_page_writes'])
    if (settings.get(name) === 'off')
      throw new StoreRefused(`PostgreSQL runs with ${name} = off: an acknowledged change could be lost`)
  const commit = settings.get('synchronous_commit')
  if (commit === 'off' || commit === 'local')
    throw new StoreRefused(
      `PostgreSQL runs with synchronous_commit = ${commit}: an acknowledged change could be lost`,
    )
  if (settings.get('transaction_read_only') === 'on') throw new Error('the server is a standby or read-only')
}
