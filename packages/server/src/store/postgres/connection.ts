import {
  type CompiledQuery,
  type DatabaseConnection,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { PoolClient } from 'pg'
import { bindable } from '../bindable.ts'
import type { QueryDialect } from '../one-connection.ts'
import { isConnectionLost, statementFailure } from './failure.ts'

export const POSTGRES_QUERIES: QueryDialect = {
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: (db) => new PostgresIntrospector(db),
}

/** One `pg` connection in the form that Kysely drives, and the statements around a transaction. */
export class PostgresConnection implements DatabaseConnection {
  readonly #client: PoolClient
  #lost: unknown

  constructor(client: PoolClient) {
    this.#client = client
  }

  /** Why the connection is of no more use, once it is not. */
  get lost(): unknown {
    return this.#lost
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const values = query.parameters.map(bindable)
    const result = await this.#ask(() => this.#client.query({ text: query.sql, values }))
    // Kysely knows the type of the rows from the query that it compiled; here they are rows.
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) }
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator; nothing in the product streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('streaming is not supported: read in pages')
  }

  /** Runs statements without parameters and tells the command tag of the last. */
  async execute(statements: string): Promise<string> {
    const result: unknown = await this.#ask(() => this.#client.query(statements))
    const last: unknown = Array.isArray(result) ? result.at(-1) : result
    return typeof last === 'object' && last !== null && 'command' in last ? String(last.command) : ''
  }

  /** Sends a statement that must not fail: if it does, the connection is of no more use. */
  post(statement: string): void {
    this.execute(statement).catch((failure: unknown) => {
      this.#lost ??= failure
    })
  }

  /** Gives the connection back: for use by others, or, where it is in doubt, to be closed. */
  release(fit: boolean): void {
    this.#client.release(!fit || this.#lost !== undefined)
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      if (isConnectionLost(error)) this.#lost ??= error
      throw statementFailure(error)
    }
  }
}
