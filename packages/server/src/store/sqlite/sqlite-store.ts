import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { GroupCommit, type OpenTransaction } from '../group-commit.ts'
import { onConnection } from '../one-connection.ts'
import type { Command, Query, Scope, Store } from '../store.ts'
import { SqliteConnection } from './connection.ts'

const KYSELY = {
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db: ConstructorParameters<typeof SqliteIntrospector>[0]) => new SqliteIntrospector(db),
}

/**
 * The embedded store: one writer, and readers that see the last commit (WAL). `synchronous=FULL` is fixed, not a
 * setting: an acknowledgement that a power cut can take back is the one mistake this product must not make.
 */
export class SqliteStore implements Store {
  readonly dialect = 'sqlite'
  readonly #writer: SqliteConnection
  readonly #idleReaders: SqliteConnection[] = []
  readonly #path: string
  readonly #committer: GroupCommit

  constructor(path: string) {
    this.#path = path
    this.#writer = new SqliteConnection(path, { readOnly: false })
    this.#writer.execute('pragma journal_mode = wal')
    this.#writer.execute('pragma synchronous = full')
    this.#writer.execute('pragma foreign_keys = on')
    this.#committer = new GroupCommit({ organizationId: '' }, (scope) => this.#begin(scope))
  }

  write<T>(scope: Scope, command: Command<T>): Promise<T> {
    return this.#committer.run((tx) => command({ ...tx, scope }))
  }

  async read<T>(scope: Scope, query: Query<T>): Promise<T> {
    const reader = this.#idleReaders.pop() ?? new SqliteConnection(this.#path, { readOnly: true })
    reader.execute('begin')
    try {
      return await query({ db: onConnection(KYSELY, reader), scope })
    } finally {
      reader.execute('rollback')
      this.#idleReaders.push(reader)
    }
  }

  async close(): Promise<void> {
    await this.#committer.idle()
    for (const reader of this.#idleReaders.splice(0)) reader.close()
    this.#writer.close()
  }

  async #begin(scope: Scope): Promise<OpenTransaction> {
    const writer = this.#writer
    writer.execute('begin immediate')
    return {
      db: onConnection(KYSELY, writer),
      scope,
      execute: async (statement) => writer.execute(statement),
      commit: async () => writer.execute('commit'),
      rollback: async () => writer.execute('rollback'),
    }
  }
}
