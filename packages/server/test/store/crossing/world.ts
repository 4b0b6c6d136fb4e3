import { sql } from 'kysely'
import { openLog } from '../../../src/log/index.ts'
import { type ReadTx, type Store, SYSTEM } from '../../../src/store/index.ts'
import type { Seed, World } from './crossing.ts'

/** Both organizations have a federation here, which goes by the id of its organization. */
type Columns = ReadonlyMap<string, OwnedColumns>
interface OwnedColumns {
  readonly owner: 'organization_id' | 'federation_id'
  readonly columns: readonly Column[]
}
interface Column {
  readonly name: string
  readonly isText: boolean
  readonly isNullable: boolean
}
type Row = Record<string, string | number | null>

/** Columns that name a row of another table. */
const LINKS: Readonly<Record<string, readonly [table: string, column: string]>> = {
  'identity_providers.issuer_uri': ['provider_key_sets', 'issuer'],
  user_id: ['users', 'id'],
  application_id: ['applications', 'id'],
  authorization_server_id: ['authorization_servers', 'id'],
  issuer_id: ['authorization_servers', 'id'],
  'status_places.token_id': ['tokens', 'id'],
  'service_account_secrets.client_id': ['service_accounts', 'client_id'],
}
/** Tables that others refer to come first. */
const FIRST = ['users', 'applications', 'authorization_servers', 'service_accounts']

export interface SeededWorld extends World {
  /** Every row of an organization, in every table. */
  dump(organizationId: string): Promise<string>
  /** The same as a transaction of `SYSTEM` sees it. */
  dumpIn(tx: ReadTx, organizationId: string): Promise<string>
}

/** Fills every table with one row of each organization; its texts tell whose it is, and where from. */
export async function seedWorld(
  store: Store,
  organizations: { readonly A: string; readonly B: string },
  seed: Seed,
): Promise<SeededWorld> {
  const columns = await ownedColumns(store)
  const values = new Map(Object.entries(seed))
  const text = (owner: string, table: string, column: string): string => {
    const [linked, name] = LINKS[`${table}.${column}`] ?? LINKS[column] ?? [table, column]
    return `${owner === 'N' && linked !== table ? 'B' : owner}.${linked}.${name}`
  }
  const row = (owner: string, table: string): Row =>
    Object.fromEntries(
      (columns.get(table)?.columns ?? []).map(({ name, isText, isNullable }) => {
        const given = values.get(table)?.[name]
        if (given !== undefined) return [name, given]
        return [name, isText ? text(owner, table, name) : isNullable ? null : 1]
      }),
    )
  for (const [owner, id] of Object.entries(organizations))
    await store.write(SYSTEM, async (tx) => {
      await tx.db
        .insertInto('organizations')
        .values({ id, name: owner, subdomain: owner, created_at: 0 })
        .execute()
      await openLog(tx, id)
      await tx.db.insertInto('federations').values({ id, created_at: 0 }).execute()
      for (const [table, owned] of columns) {
        const seeded = { ...row(owner, table), [owned.owner]: id }
        const names = sql.join(Object.keys(seeded).map((name) => sql.ref(name)))
        await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(Object.values(seeded))})`.execute(
          tx.db,
        )
      }
    })
  return {
    of: (table, column) => String(row('A', table)[column]),
    // The members are the columns that the database has, which is what the type of the table states.
    newRow: (table) => row('N', table) as never,
    dump: (organizationId) => store.read(SYSTEM, (tx) => dumpIn(tx, columns, organizationId)),
    dumpIn: (tx, organizationId) => dumpIn(tx, columns, organizationId),
  }
}

async function dumpIn(tx: ReadTx, columns: Columns, organizationId: string): Promise<string> {
  const found: unknown[] = []
  for (const [table, { owner }] of columns) {
    const { rows } =
      await sql`select * from ${sql.table(table)} where ${sql.ref(owner)} = ${organizationId}`.execute(tx.db)
    found.push([table, rows.map((one) => JSON.stringify(one)).sort()])
  }
  return JSON.stringify(found)
}

/** The columns of every table that has an owner's, apart from that one. */
async function ownedColumns(store: Store): Promise<Columns> {
  const found = await store.read(SYSTEM, (tx) =>
    (store.dialect === 'sqlite' ? SQLITE_COLUMNS : POSTGRES_COLUMNS).execute(tx.db),
  )
  const tables = Map.groupBy(found.rows, (row) => row.table_name)
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)
  const owned = [...tables].flatMap(([table, columns]) => {
    const owner = OWNERS.find((name) => columns.some((column) => column.name === name))
    return owner === undefined ? [] : [{ table, columns, owner }]
  })
  return new Map(
    owned
      .toSorted((a, b) => rank(a.table) - rank(b.table))
      .map(({ table, columns, owner }) => [
        table,
        {
          owner,
          columns: columns
            .filter((column) => column.name !== owner)
            .map(({ name, type, not_null }) => ({
              name,
              isText: /text/i.test(type),
              isNullable: not_null === 0,
            })),
        },
      ]),
  )
}

const OWNERS = ['federation_id', 'organization_id'] as const

interface ColumnRow {
  readonly table_name: string
  readonly name: string
  readonly type: string
  readonly not_null: number
}

const SQLITE_COLUMNS = sql<ColumnRow>`
  select tables.name as table_name, columns.name, columns.type, columns."notnull" or columns.pk > 0 as not_null
  from sqlite_master as tables, pragma_table_info(tables.name) as columns where tables.type = 'table'`

const POSTGRES_COLUMNS = sql<ColumnRow>`
  select table_name, column_name as name, data_type as type, (is_nullable = 'NO')::int as not_null
  from information_schema.columns where table_schema = current_schema()`
