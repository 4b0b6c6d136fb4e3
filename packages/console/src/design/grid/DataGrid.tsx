import { Checkbox } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Paged } from '../../api/paged.ts'
import { Empty, Problem } from '../Notice.tsx'
import { useNarrow } from '../useNarrow.ts'
import type { Column } from './columns.ts'
import { GridRow } from './GridRow.tsx'
import type { Selection } from './useSelection.ts'
import './grid.css'

const ROW = 44
const NARROW_ROW = 68
const CHECK = '40px'
/** As in grid.css. */
const GAP = 14
const EDGES = 28

/** What the columns need side by side: the least that each says of itself, and the gaps. */
function roomFor<Row>(columns: readonly Column<Row>[], hasChecks: boolean): number {
  const least = columns.map(({ width }) => Number(/\d+/.exec(width)?.[0] ?? 0) + GAP)
  return least.reduce((sum, each) => sum + each, EDGES + (hasChecks ? 40 + GAP : 0))
}

interface Props<Row> {
  /** What the table is called by a screen reader. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly page: Paged<Row>
  readonly keyOf: (row: Row) => string
  readonly selection?: Selection<Row>
  /** Rows that cannot be picked: nothing can be done to them any more. */
  readonly canSelect?: (row: Row) => boolean
  readonly nameOf?: (row: Row) => string
  /** Rows that are over, shown as such. */
  readonly isDead?: (row: Row) => boolean
  readonly empty: { readonly title: string; readonly text?: ReactNode }
}

/**
 * A table of any length (the roles of one: what is drawn as it comes into sight is no table of HTML): rows are drawn as they come into sight and fetched as they are needed. It scrolls with the
 * page, and on a phone each row becomes two lines.
 */
export function DataGrid<Row>(props: Props<Row>) {
  const { label, columns, page, keyOf, selection, canSelect = () => true, empty } = props
  const { items, hasMore, loadMore } = page
  const frame = useRef<HTMLDivElement>(null)
  const narrow = useNarrow(frame, roomFor(columns, selection !== undefined))
  const body = useRef<HTMLDivElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0
    setScrollMargin(Math.round(top + window.scrollY))
  })
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => (narrow ? NARROW_ROW : ROW),
    getItemKey: (index) => {
      const row = items[index]
      return row === undefined ? index : keyOf(row)
    },
    overscan: 12,
    scrollMargin,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height then
  useEffect(() => rows.measure(), [narrow, rows])
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (hasMore && last >= items.length - 20) loadMore()
  }, [hasMore, last, items.length, loadMore])
  const pickable = items.filter(canSelect)
  const picked = selection === undefined ? 0 : pickable.filter((row) => selection.has(keyOf(row))).length
  const tracks = [...(selection ? [CHECK] : []), ...columns.map(({ width }) => width)].join(' ')
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : items.length + 1}
      aria-busy={page.isLoading}
      className="grid"
      data-stale={page.isStale || undefined}
      data-narrow={narrow || undefined}
      ref={frame}
    >
      <Problem error={page.error} retry={page.retry} />
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className="grid-head" style={{ gridTemplateColumns: tracks }}>
          {selection !== undefined && (
            <span role="columnheader" className="grid-check">
              <Checkbox
                aria-label={`Select all ${pickable.length} that are loaded`}
                checked={pickable.length > 0 && picked === pickable.length}
                indeterminate={picked > 0 && picked < pickable.length}
                disabled={pickable.length === 0}
                onChange={() => {
                  if (picked === pickable.length) selection.clear()
                  else selection.add(pickable.map((row) => [keyOf(row), row]))
                }}
              />
              <span className="grid-check-words">Select all that are loaded</span>
            </span>
          )}
          {columns.map((column) => (
            <span role="columnheader" key={column.id} data-align={column.align}>
              <span className={column.silent ? 'sr' : undefined}>{column.title}</span>
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className="grid-body" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start, size }) => {
          const row = items[index]
          if (row === undefined) return null
          return (
            <GridRow
              key={key}
              row={row}
              index={index}
              id={keyOf(row)}
              columns={columns}
              tracks={tracks}
              top={start - scrollMargin}
              height={size}
              narrow={narrow}
              selection={selection}
              canSelect={canSelect(row)}
              name={props.nameOf?.(row) ?? keyOf(row)}
              dead={props.isDead?.(row) ?? false}
            />
          )
        })}
      </div>
      {items.length === 0 && !page.isLoading && !hasMore && page.error === null && (
        <Empty title={empty.title}>{empty.text}</Empty>
      )}
      {items.length === 0 && page.isLoading && <div className="grid-wait">Reading…</div>}
      {items.length > 0 && hasMore && <div className="grid-wait">Reading more…</div>}
    </div>
  )
}
