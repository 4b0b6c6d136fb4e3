import { DomainError } from '../../errors/index.ts'
import { outcomeUnknown, unavailable } from '../failures.ts'
import type { OpenTransaction } from '../group-commit.ts'
import type { AppendedEntry } from '../store.ts'
import type { PostgresConnection } from './connection.ts'
import { moveTo } from './session.ts'

/** Tells whether a commit whose answer was lost took place, judged by the last entry that it appended. */
export type CommitInquiry = (entry: AppendedEntry) => Promise<boolean>

/** A transaction of one lane on a connection of its own, which it gives back at its end. */
export class PostgresTransaction implements OpenTransaction {
  readonly connection: PostgresConnection
  readonly #inquire: CommitInquiry
  #released = false

  constructor(connection: PostgresConnection, inquire: CommitInquiry) {
    this.connection = connection
    this.#inquire = inquire
  }

  get failure(): unknown {
    return this.connection.lost
  }

  mark(statement: string): void {
    this.connection.post(statement)
  }

  readonly wallsOf = moveTo

  async commit(appended: readonly AppendedEntry[]): Promise<void> {
    if (this.failure !== undefined) throw unavailable(this.failure)
    try {
      // A transaction in a failed state answers COMMIT with ROLLBACK, and without an error.
      if ((await this.connection.execute('commit')) !== 'COMMIT')
        throw unavailable(new Error('the transaction was rolled back at COMMIT'))
    } catch (failure) {
      // The server's own refusal is an answer: nothing was kept.
      if (this.connection.lost === undefined) throw failure
      this.#release(false)
      await this.#decide(appended.at(-1), failure)
      return
    }
    this.#release(true)
  }

  async rollback(): Promise<void> {
    if (this.#released) return
    try {
      await this.connection.execute('rollback')
      this.#release(true)
    } catch {
      // Closing the connection ends its transaction.
      this.#release(false)
    }
  }

  async #decide(last: AppendedEntry | undefined, failure: unknown): Promise<void> {
    if (last === undefined) throw outcomeUnknown(failure)
    let committed: boolean
    try {
      committed = await this.#inquire(last)
    } catch (silence) {
      throw outcomeUnknown(silence instanceof DomainError ? (silence.cause ?? failure) : silence)
    }
    if (!committed) throw unavailable(failure)
  }

  #release(fit: boolean): void {
    this.#released = true
    this.connection.release(fit)
  }
}
