import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  /** A track of the grid: `minmax(180px, 2fr)`, `96px`. */
  readonly width: string
  readonly cell: (row: Row) => ReactNode
  /**
   * Where the cell goes on a phone: the first line, at its end, the second line, or nowhere. The last column, with
   * what can be done, is always there.
   */
  readonly narrow?: 'title' | 'aside' | 'line' | 'none'
  readonly align?: 'end'
  /** The title is for screen readers only. */
  readonly silent?: boolean
}
