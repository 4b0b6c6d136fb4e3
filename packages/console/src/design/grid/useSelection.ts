import { useCallback, useMemo, useState } from 'react'

export interface Selection<Row> {
  readonly size: number
  readonly rows: ReadonlyMap<string, Row>
  has(id: string): boolean
  toggle(id: string, row: Row): void
  add(rows: Iterable<readonly [string, Row]>): void
  clear(): void
}

/** What was picked from a list. It outlives scrolling, further pages and another filter, until it is cleared. */
export function useSelection<Row>(): Selection<Row> {
  const [rows, setRows] = useState<ReadonlyMap<string, Row>>(new Map())
  const toggle = useCallback((id: string, row: Row) => {
    setRows((before) => {
      const after = new Map(before)
      if (!after.delete(id)) after.set(id, row)
      return after
    })
  }, [])
  const add = useCallback((more: Iterable<readonly [string, Row]>) => {
    setRows((before) => new Map([...before, ...more]))
  }, [])
  const clear = useCallback(() => setRows(new Map()), [])
  return useMemo(
    () => ({ size: rows.size, rows, has: (id) => rows.has(id), toggle, add, clear }),
    [rows, toggle, add, clear],
  )
}
