export const FORMATS = ['table', 'csv', 'json', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

export type Cell = string | number | null
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A result as text, with a line feed at the end; nothing where there are no columns. */
export function format(table: Table, as: Format): string {
  if (table.columns.length === 0) return ''
  switch (as) {
    case 'table':
      return asTable(table)
    case 'csv':
      return [table.columns, ...table.rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
    case 'json':
      return `${JSON.stringify(objects(table), undefined, 2)}\n`
    case 'jsonl':
      return objects(table)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join('')
  }
}

function objects({ columns, rows }: Table): object[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])))
}

/**
 * RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front: names and notes come
 * from people whom the reader of the sheet does not know.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** The widest column of a table, in characters; a longer cell is cut, which only the table does. */
const WIDEST = 80

function asTable({ columns, rows }: Table): string {
  const head = columns.map(tableCell)
  const body = rows.map((row) => row.map(tableCell))
  const widths = head.map((name, column) =>
    Math.max(name.length, ...body.map((row) => row[column]?.length ?? 0)),
  )
  const isNumeric = columns.map((_, column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join(' | ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('-+-')
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
  return [line(head), rule, ...body.map(line), count, ''].join('\n')
}

/** Characters that steer a terminal are shown, not sent. */
function tableCell(cell: Cell): string {
  if (cell === null) return ''
  const text = String(cell).replaceAll(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text
}
