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
  /** The process has begun: what it takes from now on is the statement's. */
  | { readonly type: 'ready' }
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

/** What the process is told that starts the others, each known by a number. */
export type Launch =
  | { readonly process: number; readonly type: 'start' }
  | { readonly process: number; readonly type: 'end' }
  /** To one that has gone meanwhile: nothing, since that is told already. */
  | { readonly process: number; readonly type: 'pass'; readonly message: Order }

/** And what it tells. */
export type Launched =
  | { readonly process: number; readonly type: 'gone' }
  | { readonly process: number; readonly type: 'said'; readonly message: unknown }
