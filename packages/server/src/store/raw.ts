import { CompiledQuery } from 'kysely'

/** A statement written by hand: for the catalog, which is not in our tables. */
export function raw(sql: string, parameters: readonly unknown[] = []): CompiledQuery {
  return CompiledQuery.raw(sql, [...parameters])
}
