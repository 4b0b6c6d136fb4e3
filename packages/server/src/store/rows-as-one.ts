import { PostgresAdapter, type RawBuilder, sql } from 'kysely'
import { bindable } from './bindable.ts'
import type { ReadTx } from './store.ts'

/** The columns of a table whose names are given, with the types that they have in the databases. */
export type ColumnTypes<Row> = { readonly [Name in keyof Row]: 'text' | 'bigint' }

/** Their names, in the order of `rowsAsOne`. */
export function namesOf<Row>(types: ColumnTypes<Row>): (keyof Row & string)[] {
  const names: (keyof Row & string)[] = []
  for (const name in types) names.push(name)
  return names
}

/**
 * Rows as one parameter: `select` from it in a statement. However many there are it is the same statement, which the
 * database compiles once, where a list of values is another one for each length. Nothing in them may be null.
 *
 * @throws DomainError `invalid_request` for text that no statement may carry
 * @returns a query of the columns, in the order in which they are named
 */
export function rowsAsOne<Row extends Readonly<Record<string, string | number>>>(
  tx: ReadTx,
  types: ColumnTypes<Row>,
  rows: readonly Row[],
): RawBuilder<Row> {
  const names = namesOf(types)
  const json = JSON.stringify(rows.map((row) => names.map((name) => bindable(row[name]))))
  const columns = names.map(
    (name, at) => sql`cast(value ->> ${sql.lit(at)} as ${sql.raw(types[name])}) as ${sql.ref(name)}`,
  )
  const source =
    tx.db.getExecutor().adapter instanceof PostgresAdapter
      ? sql`json_array_elements(cast(${json} as json)) as given(value)`
      : sql`json_each(${json})`
  // The condition keeps SQLite from taking an ON CONFLICT that follows for one of a join.
  return sql<Row>`select ${sql.join(columns)} from ${source} where true`
}
