import { escapeIdentifier } from 'pg'
import { StoreRefused } from '../failures.ts'
import { raw } from '../raw.ts'
import { SYSTEM } from '../store.ts'
import { readTables, type TableFacts } from './catalog.ts'
import type { PostgresConnection } from './connection.ts'
import { enterScope, SYSTEM_ROLE, TENANT_ROLE, TENANT_SETTING } from './session.ts'

/** What only its own migration list may touch. */
const UNGRANTED = 'schema_migrations'
/** Entries never change and never disappear: no role may update or delete them. */
const APPEND_ONLY = 'log_entries'
/** The table whose walls are tried at every start. */
const PROBED = 'log_heads'

/**
 * Makes the two roles where they are missing. They belong to the whole cluster, where another installation may
 * be making them at this moment, so this runs in a transaction of its own and finding them there is no failure.
 */
export async function createRoles(connection: PostgresConnection): Promise<void> {
  for (const role of [TENANT_ROLE, SYSTEM_ROLE])
    await connection.execute(`
      do $$ begin
        if not exists (select from pg_roles where rolname = '${role}') then
          create role ${role} nologin;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$;
      do $$ begin
        if not pg_has_role(current_user, '${role}', 'member') then
          grant ${role} to current_user;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$`)
}

/**
 * Puts every table of the schema behind its wall. Runs after the migrations over what the catalog has, so that a
 * new table cannot forget it: a table with a tenant's column shows a tenant its own rows only, and one
 * without is the system's alone. Text is ordered by code point, as on SQLite.
 */
export async function protectTables(connection: PostgresConnection): Promise<void> {
  const schema = await currentSchema(connection)
  await connection.execute(`grant usage on schema ${schema} to ${TENANT_ROLE}, ${SYSTEM_ROLE}`)
  for (const table of await readTables(connection)) {
    const name = escapeIdentifier(table.name)
    for (const column of table.localeColumns)
      await connection.execute(
        `alter table ${name} alter column ${escapeIdentifier(column)} type text collate "C"`,
      )
    if (table.name !== UNGRANTED) await connection.execute(grants(table, name))
    if (table.owner !== undefined && table.policies === '')
      await connection.execute(policies(table.owner, name))
  }
}

async function currentSchema(connection: PostgresConnection): Promise<string> {
  const { rows } = await connection.executeQuery<{ name: string }>(
    raw('select current_schema()::text as name'),
  )
  return escapeIdentifier(rows[0]?.name ?? 'public')
}

function grants(table: TableFacts, name: string): string {
  const roles = table.owner === undefined ? SYSTEM_ROLE : `${TENANT_ROLE}, ${SYSTEM_ROLE}`
  const privileges = table.name === APPEND_ONLY ? 'select, insert' : 'select, insert, update, delete'
  return `revoke all on ${name} from public; grant ${privileges} on ${name} to ${roles}`
}

function policies(owner: string, name: string): string {
  const own = `${escapeIdentifier(owner)} = (select current_setting('${TENANT_SETTING}', true))`
  return `
    alter table ${name} enable row level security;
    alter table ${name} force row level security;
    create policy tenant on ${name} to ${TENANT_ROLE} using (${own}) with check (${own});
    create policy system on ${name} to ${SYSTEM_ROLE} using (true) with check (true)`
}

/**
 * Refuses a database in which one organization could see another's rows. The policies of the heads of logs are
 * tried with a probe row, as the tenant role (which would see it all if it were a superuser's); every other table
 * with an organization's column must have the same.
 *
 * @throws StoreRefused
 */
export async function checkWalls(connection: PostgresConnection): Promise<void> {
  await probeWalls(connection)
  const tables = await readTables(connection)
  const proven = tables.find((table) => table.name === PROBED)?.policies
  for (const table of tables) {
    if (table.owner === undefined) continue
    if (!table.forced) throw new StoreRefused(`row-level security is not forced on table ${table.name}`)
    if (table.policies !== proven)
      throw new StoreRefused(
        `the row-level security policies of table ${table.name} are not the product's own`,
      )
  }
}

async function probeWalls(connection: PostgresConnection): Promise<void> {
  const probe = 'f'.repeat(24)
  await connection.execute(`begin; ${enterScope(SYSTEM)}`)
  try {
    await connection.execute(`
      insert into ${PROBED} (log_id, incarnation, seq, digest) values ('${probe}', 1, 0, '')
      on conflict do nothing`)
    if (!(await sees(connection, probe, probe)))
      throw new StoreRefused('the tenant role cannot see its own rows')
    if (await sees(connection, '0'.repeat(24), probe))
      throw new StoreRefused(
        'the tenant role sees the rows of other organizations: row-level security is off',
      )
  } finally {
    await connection.execute('rollback')
  }
}

async function sees(connection: PostgresConnection, organizationId: string, log: string): Promise<boolean> {
  await connection.execute(enterScope({ organizationId }))
  const { rows } = await connection.executeQuery(raw(`select 1 from ${PROBED} where log_id = $1`, [log]))
  return rows.length > 0
}
