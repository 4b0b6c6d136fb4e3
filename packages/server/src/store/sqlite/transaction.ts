import { unavailable } from '../failures.ts'
import type { OpenTransaction } from '../group-commit.ts'
import type { SqliteConnection } from './connection.ts'

export interface SqliteTransactionEvents {
  onCommitted(): void
  /** What the database holds now is unknown. */
  onRollbackFailed(failure: unknown): void
}

/** A transaction on the one writer. */
export class SqliteTransaction implements OpenTransaction {
  readonly connection: SqliteConnection
  readonly #events: SqliteTransactionEvents

  constructor(connection: SqliteConnection, events: SqliteTransactionEvents) {
    this.connection = connection
    this.#events = events
  }

  /**
   * After a storage failure the whole transaction is given up, also where SQLite kept it open: which of its
   * statements a full disk hit is not worth finding out.
   */
  get failure(): unknown {
    if (this.connection.storageFailure !== undefined) return this.connection.storageFailure
    return this.connection.isTransaction ? undefined : new Error('the database rolled the transaction back')
  }

  mark(statement: string): void {
    this.connection.execute(statement)
  }

  /** SQLite either makes a transaction durable or keeps nothing of it: a failed COMMIT is never unknown. */
  async commit(): Promise<void> {
    if (this.failure !== undefined) throw unavailable(this.failure)
    this.connection.execute('commit')
    this.#events.onCommitted()
  }

  async rollback(): Promise<void> {
    if (!this.connection.isTransaction) return
    try {
      this.connection.execute('rollback')
    } catch (failure) {
      this.#events.onRollbackFailed(failure)
    }
  }
}
