import { Admission } from '../admission.ts'
import { AppendNews } from '../append-news.ts'
import { unavailable } from '../failures.ts'
import { GroupCommit } from '../group-commit.ts'
import type { SchemaSession } from '../migrations/migrate.ts'
import { onConnection, Turn } from '../one-connection.ts'
import type { StoreEvents, StoreLimits } from '../options.ts'
import { raw } from '../raw.ts'
import type { AppendListener, Command, Lane, Query, Scope, Store } from '../store.ts'
import { Checkpointer } from './checkpointer.ts'
import { type OpenDatabase, SQLITE_QUERIES, SqliteConnection } from './connection.ts'
import { isDoubtful } from './failure.ts'
import { Readers } from './readers.ts'
import { SqliteTransaction } from './transaction.ts'

export interface SqliteStoreOptions {
  readonly path: string
  readonly open: OpenDatabase
  readonly limits: StoreLimits
  readonly events: Required<StoreEvents>
}

/**
 * The embedded store: one writer, and readers that see the last commit (WAL). `synchronous=FULL` is fixed, not a
 * setting: an acknowledgement that a power cut can take back is the one mistake this product must not make.
 */
export class SqliteStore implements Store {
  readonly dialect = 'sqlite'
  readonly #options: SqliteStoreOptions
  readonly #writer: SqliteConnection
  readonly #readers: Readers
  readonly #admission: Admission
  readonly #unlock: () => void
  readonly #checkpointer: Checkpointer
  readonly #appended = new AppendNews()
  readonly #committer: GroupCommit
  /** Set once the state of the database is in doubt: from then on nothing is read or written. */
  #doubt: unknown

  /** @param unlock gives the data folder free, after everything else is closed */
  constructor(options: SqliteStoreOptions, unlock: () => void) {
    this.#unlock = unlock
    const { path, open, limits } = options
    this.#options = options
    this.#writer = openWriter(open, path)
    this.#checkpointer = new Checkpointer({
      path,
      onFailed: (failure) =>
        isDoubtful(failure) ? this.#giveUp(failure) : options.events.onTrouble(failure),
      onGone: (failure) => {
        options.events.onTrouble(failure)
        this.#writer.execute('pragma wal_autocheckpoint = 1000')
      },
    })
    this.#readers = new Readers({
      size: limits.connections.read,
      wait: limits.connectionWait,
      open: () => new SqliteConnection(open(path, { readOnly: true })),
    })
    this.#admission = new Admission(limits.commands)
    this.#committer = new GroupCommit({
      dialect: SQLITE_QUERIES,
      begin: () => this.#begin(),
      admission: this.#admission,
      commandTimeout: limits.commandTimeout,
      onTrouble: options.events.onTrouble,
      onAppended: (logs) => this.#appended.tell(logs),
    })
  }

  async write<T>(scope: Scope, command: Command<T>, lane: Lane = 'ordinary'): Promise<T> {
    this.#refuseDoubt()
    return this.#committer.run(scope, command, lane)
  }

  async read<T>(scope: Scope, query: Query<T>): Promise<T> {
    this.#refuseDoubt()
    const reader = await this.#readers.acquire()
    const turn = new Turn(reader)
    try {
      reader.execute('begin')
      return await query({ db: onConnection(SQLITE_QUERIES, turn), scope })
    } finally {
      turn.end()
      this.#endReading(reader)
    }
  }

  onAppended(listener: AppendListener): () => void {
    return this.#appended.listen(listener)
  }

  async close(): Promise<void> {
    this.#admission.close()
    await this.#committer.idle()
    await this.#checkpointer.close()
    this.#readers.close()
    this.#writer.close()
    this.#unlock()
  }

  /** A transaction that may change the schema; nothing else is written meanwhile. */
  async changeSchema(work: (session: SchemaSession) => Promise<unknown>): Promise<void> {
    const transaction = await this.#begin()
    try {
      await work(schemaSession(this.#writer))
      await transaction.commit()
    } catch (failure) {
      await transaction.rollback()
      throw failure
    }
  }

  async #begin(): Promise<SqliteTransaction> {
    this.#refuseDoubt()
    this.#look(this.#writer)
    this.#writer.execute('begin immediate')
    return new SqliteTransaction(this.#writer, {
      onCommitted: () => this.#checkpointer.committed(this.#writer.takeStatements()),
      onRollbackFailed: (failure) => this.#giveUp(failure),
    })
  }

  #endReading(reader: SqliteConnection): void {
    const failed = this.#look(reader)
    try {
      if (reader.isTransaction) reader.execute('rollback')
      this.#readers.release(reader, !failed)
    } catch {
      this.#readers.release(reader, false)
    }
  }

  /** Looks at what the storage did to a connection since the last look; damage ends the process. */
  #look(connection: SqliteConnection): boolean {
    const failure = connection.takeStorageFailure()
    if (isDoubtful(failure)) this.#giveUp(failure)
    return failure !== undefined
  }

  #giveUp(failure: unknown): void {
    this.#doubt ??= failure
    this.#options.events.onFatal(failure)
  }

  #refuseDoubt(): void {
    if (this.#doubt !== undefined) throw unavailable(this.#doubt)
  }
}

function openWriter(open: OpenDatabase, path: string): SqliteConnection {
  const writer = new SqliteConnection(open(path, { readOnly: false }))
  try {
    writer.execute('pragma journal_mode = wal')
    writer.execute('pragma synchronous = full')
    writer.execute('pragma foreign_keys = on')
    writer.execute('pragma wal_autocheckpoint = 0')
    return writer
  } catch (failure) {
    writer.close()
    throw failure
  }
}

function schemaSession(connection: SqliteConnection): SchemaSession {
  return {
    dialect: 'sqlite',
    queries: SQLITE_QUERIES,
    connection,
    async hasTable(name) {
      const { rows } = await connection.executeQuery(
        raw("select 1 from sqlite_master where type = 'table' and name = ?", [name]),
      )
      return rows.length > 0
    },
  }
}
