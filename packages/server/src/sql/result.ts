import type { ColumnType } from './catalogue/index.ts'
import type { Cell } from './sandbox/messages.ts'

export interface ResultColumn {
  readonly name: string
  readonly type: ColumnType
}

/** What a statement answers. */
export interface StatementResult {
  /** The statement's verb, in capitals. */
  readonly command: string
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly Cell[])[]
  /** What a change says besides. */
  readonly message?: string
  /** How many calls a change made. */
  readonly changes?: number
}

/** What StackQL says of every change that it could send off. */
export const DESPATCHED = 'The operation was despatched successfully'

/** A table that is made here, not by the engine. */
export function tableResult(
  command: string,
  columns: readonly (string | ResultColumn)[],
  rows: readonly (readonly Cell[])[],
): StatementResult {
  return {
    command,
    columns: columns.map((column) => (typeof column === 'string' ? { name: column, type: 'text' } : column)),
    rows,
  }
}
