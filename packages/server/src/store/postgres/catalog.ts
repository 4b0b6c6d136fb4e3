import { raw } from '../raw.ts'
import type { PostgresConnection } from './connection.ts'

/** A table of the schema, with what stands between organizations there. */
export interface TableFacts {
  readonly name: string
  /** The column that says whose row it is; none means that the table is the system's alone. */
  readonly owner: string | undefined
  readonly forced: boolean
  /** The policies in full, with the table's own owner column written as `OWNER`. */
  readonly policies: string
  /** Text columns whose order depends on the database's locale. */
  readonly localeColumns: readonly string[]
}

interface CatalogRow {
  readonly name: string
  readonly forced: string
  readonly columns: string
  readonly locale_columns: string
  readonly policies: string
}

const SCHEMA_TABLES = `
  select c.relname as name,
    (c.relrowsecurity and c.relforcerowsecurity)::text as forced,
    (select coalesce(string_agg(a.attname, ','), '') from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(string_agg(a.attname, ','), '') from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and a.attcollation <> 0 and a.attcollation <> '"C"'::regcollation) as locale_columns,
    (select coalesce(string_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
        pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)), '; ' order by p.polname), '')
      from pg_policy p where p.polrelid = c.oid) as policies
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  order by c.relname`

/** Reads every table of the schema from the catalog, so that none can be forgotten in a list. */
export async function readTables(connection: PostgresConnection): Promise<readonly TableFacts[]> {
  const { rows } = await connection.executeQuery<CatalogRow>(raw(SCHEMA_TABLES))
  return rows.map((row) => {
    const owner = ownerColumn(row.name, words(row.columns))
    return {
      name: row.name,
      owner,
      forced: row.forced === 'true',
      policies: owner === undefined ? row.policies : row.policies.replaceAll(`(${owner} =`, '(OWNER ='),
      localeColumns: words(row.locale_columns),
    }
  })
}

/**
 * A row belongs to the federation in `federation_id`, which may tell of an organization besides, or to the
 * organization in `organization_id`, or to the tenant whose log `log_id` names.
 */
function ownerColumn(table: string, columns: readonly string[]): string | undefined {
  if (table === 'organizations' || table === 'federations') return 'id'
  return ['federation_id', 'organization_id', 'log_id'].find((name) => columns.includes(name))
}

function words(list: string): readonly string[] {
  return list === '' ? [] : list.split(',')
}
