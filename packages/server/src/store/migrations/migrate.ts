import type { DatabaseConnection } from 'kysely'
import { StoreRefused } from '../failures.ts'
import { onConnection, type QueryDialect } from '../one-connection.ts'
import type { Store } from '../store.ts'
import { MIGRATIONS, type Migration } from './index.ts'

/** A connection that may change the schema, inside a transaction that nobody else can be running. */
export interface SchemaSession {
  readonly dialect: Store['dialect']
  readonly queries: QueryDialect
  readonly connection: DatabaseConnection
  hasTable(name: string): Promise<boolean>
}

interface MigrationTables {
  schema_migrations: { readonly ordinal: number; readonly name: string }
}

/**
 * Reads how far the schema is, without changing it.
 * @returns the migrations that are missing, in order
 * @throws StoreRefused when the database has seen code that is newer than this, or other than this
 */
export async function missingMigrations(
  session: SchemaSession,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  if (!(await session.hasTable('schema_migrations'))) return migrations
  const applied = await onConnection<MigrationTables>(session.queries, session.connection)
    .selectFrom('schema_migrations')
    .select(['ordinal', 'name'])
    .orderBy('ordinal')
    .execute()
  for (const { ordinal, name } of applied) {
    const known = migrations[ordinal]?.name
    if (known === name) continue
    throw new StoreRefused(
      known === undefined || !migrations.some((migration) => migration.name === name)
        ? `the database is newer than this program: it has the migration "${name}", which is unknown here; start a newer release`
        : `the database was migrated in another order: "${name}" stands where this program has "${known}"`,
    )
  }
  return migrations.slice(applied.length)
}

/**
 * Applies what is missing, in order, in the session's transaction.
 * @returns whether anything was
 */
export async function migrate(
  session: SchemaSession,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<boolean> {
  const missing = await missingMigrations(session, migrations)
  const db = onConnection(session.queries, session.connection)
  const journal = onConnection<MigrationTables>(session.queries, session.connection)
  await journal.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('ordinal', 'bigint', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .execute()
  for (const migration of missing) {
    await migration.up(db, session.dialect)
    const ordinal = migrations.indexOf(migration)
    await journal.insertInto('schema_migrations').values({ ordinal, name: migration.name }).execute()
  }
  return missing.length > 0
}
