import { type RawBuilder, sql } from 'kysely'

/**
 * A column of text that no row is to be found by. SQLite keeps no statistics: of two columns that have an index it
 * takes the one that its rules like better, whichever has a million rows of the value, and sorts them afterwards. What
 * is no bare column has no index, on both databases.
 */
export function unindexedText(column: string): RawBuilder<string> {
  return sql<string>`coalesce(${sql.ref(column)}, '')`
}

/** The same of a column of numbers that is never null: nearly every row of a ledger expires later than now. */
export function unindexedTime(column: string): RawBuilder<number> {
  return sql<number>`+${sql.ref(column)}`
}
