import type { MasterKeyProof } from '../master-key-proof.ts'
import type { SchemaSession } from '../migrations/migrate.ts'
import { inspectSchema, prepareSchema } from '../prepare-schema.ts'
import { raw } from '../raw.ts'
import { POSTGRES_QUERIES, type PostgresConnection } from './connection.ts'
import { ConnectionPool } from './pools.ts'
import { PostgresStore, type PostgresStoreOptions } from './postgres-store.ts'
import { checkWalls, createRoles, protectTables } from './row-security.ts'

/** Any number; it is the same for every node of an installation, and locks within its database only. */
const MIGRATION_LOCK = 7_236_450_118

/** A migration may take its time, and another node's may too. */
const SCHEMA_WORK = 10 * 60_000

/** Opens the store: the schema is brought up to date first, by one node at a time. */
export async function openPostgres(
  options: PostgresStoreOptions,
  proof: MasterKeyProof | undefined,
): Promise<PostgresStore> {
  const pool = new ConnectionPool({
    url: options.url,
    size: 1,
    limits: { ...options.limits, statementTime: SCHEMA_WORK, lockWait: SCHEMA_WORK },
    onTrouble: options.events.onTrouble,
  })
  try {
    const connection = await pool.connect()
    let settled = false
    try {
      await settleSchema(connection, proof)
      settled = true
    } finally {
      connection.release(settled)
    }
  } finally {
    await pool.close()
  }
  return new PostgresStore(options)
}

async function settleSchema(
  connection: PostgresConnection,
  proof: MasterKeyProof | undefined,
): Promise<void> {
  const session = schemaSession(connection)
  await inTransaction(connection, 'begin read only', () => inspectSchema(session, proof))
  await createRoles(connection)
  await inTransaction(connection, `begin; select pg_advisory_xact_lock(${MIGRATION_LOCK})`, async () => {
    // Only new tables get their walls: where one that had its own has lost them, the check below says so.
    if (await prepareSchema(session, proof)) await protectTables(connection)
  })
  await checkWalls(connection)
}

function schemaSession(connection: PostgresConnection): SchemaSession {
  return {
    dialect: 'postgres',
    queries: POSTGRES_QUERIES,
    connection,
    async hasTable(name) {
      const { rows } = await connection.executeQuery(
        raw('select 1 from pg_tables where schemaname = current_schema() and tablename = $1', [name]),
      )
      return rows.length > 0
    },
  }
}

async function inTransaction(
  connection: PostgresConnection,
  begin: string,
  work: () => Promise<void>,
): Promise<void> {
  await connection.execute(begin)
  try {
    await work()
    await connection.execute('commit')
  } catch (failure) {
    await connection.execute('rollback')
    throw failure
  }
}
