import type { SqlResult } from '../../api/sql.ts'
import { visible } from '../../design/Name.tsx'
import { Empty } from '../../design/Notice.tsx'

/** More rows than anybody reads; the rest is a matter of LIMIT. */
const MOST = 1_000

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function ResultTable({ result }: { readonly result: SqlResult }) {
  const { columns, rows } = result
  if (columns.length === 0) return <Empty title={result.message ?? 'Done'} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="results" tabIndex={0} aria-label="Result">
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {visible(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no other identity
            <tr key={index}>
              {row.map((value, column) => (
                <td key={columns[column] ?? column} title={visible(shown(value)).slice(0, 2_000)}>
                  {visible(shown(value)).slice(0, 500)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST && <p className="softer grid-wait">The first {MOST} are shown: add a LIMIT.</p>}
    </section>
  )
}
