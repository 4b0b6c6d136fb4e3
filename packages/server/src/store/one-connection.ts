import { type DatabaseConnection, type Dialect, type Driver, Kysely } from 'kysely'
import type { Tables } from './tables/index.ts'

/**
 * Kysely over exactly one connection. The store opens and closes transactions itself, because several commands
 * share one; Kysely only compiles and runs the statements in between.
 */
export function onConnection(
  dialect: Omit<Dialect, 'createDriver'>,
  connection: DatabaseConnection,
): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => new OneConnectionDriver(connection),
      createAdapter: () => dialect.createAdapter(),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (db) => dialect.createIntrospector(db),
    },
  })
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
