import { Admission } from '../admission.ts'
import { AppendNews } from '../append-news.ts'
import { GroupCommit, type OpenTransaction } from '../group-commit.ts'
import { onConnection, Turn } from '../one-connection.ts'
import type { StoreEvents, StoreLimits } from '../options.ts'
import {
  type AppendedEntry,
  type AppendListener,
  type Command,
  type Lane,
  type Query,
  type Scope,
  type Store,
  SYSTEM,
  tenantIn,
} from '../store.ts'
import { POSTGRES_QUERIES, type PostgresConnection } from './connection.ts'
import { LogSignals } from './log-signals.ts'
import { ConnectionPool } from './pools.ts'
import { beginReading, beginWriting, lockHead } from './session.ts'
import { PostgresTransaction } from './transaction.ts'

export interface PostgresStoreOptions {
  readonly url: string
  readonly limits: StoreLimits
  readonly events: Required<StoreEvents>
}

/**
 * The store on PostgreSQL. Commands of one organization share commits with each other and wait for nobody else;
 * what spans organizations has a line of its own. Reading, writing and urgent work have separate connections,
 * so that none of them can starve another.
 */
export class PostgresStore implements Store {
  readonly dialect = 'postgres'
  readonly #reading: ConnectionPool
  readonly #writing: ConnectionPool
  readonly #urgent: ConnectionPool
  readonly #committers = new Map<string, GroupCommit>()
  readonly #admission: Admission
  readonly #options: PostgresStoreOptions
  readonly #appended = new AppendNews()
  readonly #signals: LogSignals

  constructor(options: PostgresStoreOptions) {
    const { url, limits, events } = options
    const pool = (size: number) => new ConnectionPool({ url, size, limits, onTrouble: events.onTrouble })
    this.#options = options
    this.#reading = pool(limits.connections.read)
    this.#writing = pool(limits.connections.write)
    this.#urgent = pool(limits.connections.urgent)
    this.#admission = new Admission(limits.commands)
    this.#signals = new LogSignals({
      url,
      onSignal: (logs) => this.#appended.tell(logs),
      onTrouble: events.onTrouble,
    })
  }

  write<T>(scope: Scope, command: Command<T>, lane: Lane = 'ordinary'): Promise<T> {
    return this.#committer(scope, lane).run(scope, command, lane)
  }

  async read<T>(scope: Scope, query: Query<T>, lane: Lane = 'ordinary'): Promise<T> {
    const connection = await (lane === 'urgent' ? this.#urgent : this.#reading).connect()
    const turn = new Turn(connection)
    try {
      await connection.execute(beginReading(scope))
      return await query({ db: onConnection(POSTGRES_QUERIES, turn), scope })
    } finally {
      turn.end()
      await endReading(connection)
    }
  }

  onAppended(listener: AppendListener): () => void {
    return this.#appended.listen(listener)
  }

  async close(): Promise<void> {
    this.#admission.close()
    await Promise.all([...this.#committers.values()].map((committer) => committer.idle()))
    await this.#signals.close()
    await Promise.all([this.#reading.close(), this.#writing.close(), this.#urgent.close()])
  }

  #committer(scope: Scope, lane: Lane): GroupCommit {
    // A tenant's id cannot be mistaken for `SYSTEM`: no id has a space.
    const name = `${lane} ${scope === SYSTEM ? '' : tenantIn(scope)}`
    const known = this.#committers.get(name)
    if (known !== undefined) return known
    const committer = new GroupCommit({
      dialect: POSTGRES_QUERIES,
      begin: () => this.#begin(scope, lane),
      admission: this.#admission,
      commandTimeout: this.#options.limits.commandTimeout,
      onTrouble: this.#options.events.onTrouble,
      onAppended: (logs) => {
        this.#appended.tell(logs)
        this.#signals.send(logs)
      },
      onIdle: () => this.#committers.delete(name),
    })
    this.#committers.set(name, committer)
    return committer
  }

  async #begin(scope: Scope, lane: Lane): Promise<OpenTransaction> {
    const connection = await (lane === 'urgent' ? this.#urgent : this.#writing).connect()
    try {
      await connection.execute(beginWriting(scope))
    } catch (failure) {
      connection.release(false)
      throw failure
    }
    return new PostgresTransaction(connection, (entry) => this.#isCommitted(entry))
  }

  /**
   * Looks for an entry whose COMMIT was not answered. The lock on the log's head waits for the lost connection's
   * transaction to end, whichever way, so that what is read afterwards is its outcome.
   */
  async #isCommitted({ log, incarnation, seq, digest }: AppendedEntry): Promise<boolean> {
    const connection = await this.#urgent.connect()
    try {
      await connection.execute(`${beginWriting(SYSTEM)}; ${lockHead(log)}`)
      const { rows } = await connection.executeQuery(
        onConnection(POSTGRES_QUERIES, connection)
          .selectFrom('log_entries')
          .select('seq')
          .where('log_id', '=', log)
          .where('incarnation', '=', incarnation)
          .where('seq', '=', seq)
          .where('digest', '=', digest)
          .compile(),
      )
      await connection.execute('rollback')
      connection.release(true)
      return rows.length > 0
    } catch (failure) {
      connection.release(false)
      throw failure
    }
  }
}

async function endReading(connection: PostgresConnection): Promise<void> {
  try {
    await connection.execute('rollback')
    connection.release(true)
  } catch {
    connection.release(false)
  }
}
