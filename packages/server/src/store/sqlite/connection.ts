import { DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { bindable } from '../bindable.ts'
import type { QueryDialect } from '../one-connection.ts'
import { isStorageFailure, statementFailure } from './failure.ts'

export const SQLITE_QUERIES: QueryDialect = {
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
}

/** Prepared statements kept per connection; the product's own statements are a few hundred. */
const MAX_STATEMENTS = 500

/** What the store needs of a `node:sqlite` database; where tests let the storage fail. */
export type Database = Pick<DatabaseSync, 'exec' | 'prepare' | 'close' | 'isTransaction'>
export type OpenDatabase = (path: string, options: { readonly readOnly: boolean }) => Database

/** How long to wait for a lock that a checkpoint holds, in milliseconds; the event loop waits with it. */
const BUSY_TIMEOUT = 1_000

export const openDatabase: OpenDatabase = (path, { readOnly }) =>
  new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT })

/**
 * One `node:sqlite` connection in the form that Kysely drives. `node:sqlite` has no `reader` flag, so what a
 * statement returns is told by its columns.
 */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: Database
  readonly #statements = new Map<string, StatementSync>()
  #storageFailure: unknown
  #asked = 0

  constructor(database: Database) {
    this.#database = database
  }

  /** Whether a transaction is open: SQLite itself ends one when its storage fails. */
  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** The first storage failure since the last look; looking forgets it. */
  takeStorageFailure(): unknown {
    const failure = this.#storageFailure
    this.#storageFailure = undefined
    return failure
  }

  /** The same, without forgetting. */
  get storageFailure(): unknown {
    return this.#storageFailure
  }

  /** How many statements there were since this was last asked. */
  takeStatements(): number {
    const asked = this.#asked
    this.#asked = 0
    return asked
  }

  execute(sql: string): void {
    this.#ask(() => this.#database.exec(sql))
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = query.parameters.map(bindable)
    // Outside a transaction a statement would commit by itself, with nobody to answer for it.
    if (!this.#database.isTransaction)
      throw statementFailure(this.#storageFailure ?? new TypeError('no transaction is open'))
    this.#asked += 1
    return this.#ask(() => {
      const statement = this.#prepare(query.sql)
      // Kysely knows the type of the rows from the query that it compiled; here they are rows.
      if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] }
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
    })
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('streaming is not supported: read in pages')
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #ask<T>(question: () => T): T {
    try {
      return question()
    } catch (error) {
      if (isStorageFailure(error)) this.#storageFailure ??= error
      throw statementFailure(error)
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
