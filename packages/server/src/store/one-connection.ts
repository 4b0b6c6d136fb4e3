import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
} from 'kysely'
import type { Tables } from './tables/index.ts'

/** The parts of a Kysely dialect that do not concern connections. */
export type QueryDialect = Omit<Dialect, 'createDriver'>

/**
 * Kysely over exactly one connection. The store opens and closes transactions itself, because several commands
 * share one; Kysely only compiles and runs the statements in between.
 */
export function onConnection<Schema = Tables>(
  dialect: QueryDialect,
  connection: DatabaseConnection,
): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createDriver: () => new OneConnectionDriver(connection),
      createAdapter: () => dialect.createAdapter(),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (db) => dialect.createIntrospector(db),
    },
  })
}

/**
 * What one command (or query) may do with a connection that it shares: statements pass while it runs and never
 * afterwards. A statement that nobody awaited would otherwise land in the next command's savepoint, or, after
 * the COMMIT, in a transaction of its own.
 */
export class Turn implements DatabaseConnection {
  readonly #connection: DatabaseConnection
  #over = false
  #running = 0
  #failed = false

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#over)
      throw new TypeError('a statement came after its transaction was over: await every statement')
    this.#running += 1
    try {
      return await this.#connection.executeQuery<R>(query)
    } catch (failure) {
      this.#failed = true
      throw failure
    } finally {
      this.#running -= 1
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('streaming is not supported: read in pages')
  }

  /** Ends the turn: no statement passes any more. */
  end(): void {
    this.#over = true
  }

  /**
   * Ends the turn of a command that has come to its result.
   * @throws TypeError where the result cannot stand: a statement was still running, or one had failed and the
   *   command went on. PostgreSQL has lost the command's other statements then, and SQLite only that one.
   */
  endWell(): void {
    this.end()
    if (this.#running > 0)
      throw new TypeError('a command returned before its statements: await every statement')
    if (this.#failed) throw new TypeError('a command went on after a statement of its own had failed')
  }
}

class OneConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
  beginTransaction(): Promise<void> {
    return refuseNesting()
  }
  commitTransaction(): Promise<void> {
    return refuseNesting()
  }
  rollbackTransaction(): Promise<void> {
    return refuseNesting()
  }
}

async function refuseNesting(): Promise<void> {
  throw new TypeError('a command is already inside a transaction: it must not open one')
}
