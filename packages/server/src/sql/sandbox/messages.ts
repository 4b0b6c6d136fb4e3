/** What passes between the authority and a process for relational work. */
export type Cell = string | number | null

export interface TableShape {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export type Order =
  | { readonly type: 'table'; readonly table: TableShape }
  | { readonly type: 'rows'; readonly table: string; readonly rows: readonly (readonly Cell[])[] }
  /** @property run false asks for the columns only */
  | {
      readonly type: 'query'
      readonly sql: string
      readonly run: boolean
      readonly rows: number
      readonly characters: number
    }

export type Report =
  | {
      readonly type: 'columns'
      readonly columns: readonly { readonly name: string; readonly type: string | null }[]
    }
  | { readonly type: 'rows'; readonly rows: readonly (readonly Cell[])[] }
  | { readonly type: 'done' }
  /** `limit`: the answer is larger than it may be. */
  | { readonly type: 'fault'; readonly limit: boolean; readonly message: string }

/** Rows in one message: more would hold up the event loop of whoever writes or reads it. */
export const ROWS_PER_MESSAGE = 500
