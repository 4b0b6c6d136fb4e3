import { Checkbox } from '@mantine/core'
import type { Column } from './columns.ts'
import type { Selection } from './useSelection.ts'

interface Props<Row> {
  readonly row: Row
  readonly id: string
  readonly index: number
  readonly name: string
  readonly columns: readonly Column<Row>[]
  readonly tracks: string
  readonly top: number
  readonly height: number
  readonly narrow: boolean
  readonly selection: Selection<Row> | undefined
  readonly canSelect: boolean
  readonly dead: boolean
}

/** One row, drawn where it belongs on the page. */
export function GridRow<Row>(props: Props<Row>) {
  const { row, id, index, columns, tracks, top, height, narrow, selection, dead } = props
  const picked = selection?.has(id) ?? false
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={narrow ? 'grid-row grid-row-narrow' : 'grid-row'}
      data-picked={picked || undefined}
      data-dead={dead || undefined}
      data-check={selection !== undefined || undefined}
      style={{
        transform: `translateY(${top}px)`,
        height,
        ...(narrow ? {} : { gridTemplateColumns: tracks }),
      }}
    >
      {selection !== undefined && (
        <span role="cell" className="grid-check">
          <Checkbox
            aria-label={`Select ${props.name.slice(0, 80)}`}
            checked={picked}
            disabled={!props.canSelect}
            onChange={() => selection.toggle(id, row)}
          />
        </span>
      )}
      {columns.map((column) => (
        <span role="cell" key={column.id} data-align={column.align} data-narrow={column.narrow ?? 'none'}>
          {column.cell(row)}
        </span>
      ))}
    </div>
  )
}
