import { PostgresAdapter, type RawBuilder, sql } from 'kysely'
import { bindable } from './bindable.ts'
import type { ReadTx } from './store.ts'

/**
 * Texts as the rows of a source with the one column `value`, all in one parameter: however many there are it is the same
 * statement, which the database compiles once, where a list of values is another one for each length.
 *
 * @throws DomainError `invalid_request` for text that no statement may carry
 */
export function textsAsRows(tx: ReadTx, texts: readonly string[]): RawBuilder<{ value: string }> {
  const json = JSON.stringify(texts.map(bindable))
  return tx.db.getExecutor().adapter instanceof PostgresAdapter
    ? sql`json_array_elements_text(cast(${json} as json))`
    : sql`json_each(${json})`
}
