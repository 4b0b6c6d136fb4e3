import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type ReadTx, type Store, SYSTEM } from '../../src/store/index.ts'

/** One digest per table, over all of its rows in an order of their own. */
export type Fingerprint = Readonly<Record<string, string>>

/** Reads every table that the database has, of all organizations: whatever changed shows, and where. */
export function fingerprint(store: Store): Promise<Fingerprint> {
  return store.read(SYSTEM, async ({ db }) => {
    const digests: Record<string, string> = {}
    for (const name of await tablesOf(store, db)) {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(db)
      const lines = rows.map((row) => JSON.stringify(row)).sort()
      digests[name] = createHash('sha256').update(lines.join('\n')).digest('hex')
    }
    return digests
  })
}

/** The names of the tables, as the database itself tells them. */
export async function tablesOf({ dialect }: Store, db: ReadTx['db']): Promise<string[]> {
  const { rows } = await TABLES[dialect].execute(db)
  return rows.map(({ name }) => name)
}

/** Those that the server's own roles may read; the others they cannot touch. */
const TABLES = {
  sqlite: sql<{ name: string }>`select name from sqlite_master where type = 'table'`,
  postgres: sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace and has_table_privilege(oid, 'select')`,
}
