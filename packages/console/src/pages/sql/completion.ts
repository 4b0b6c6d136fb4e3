import { PostgreSQL, type SQLNamespace, schemaCompletionSource } from '@codemirror/lang-sql'
import type { SqlCatalogue } from '../../api/sql.ts'

export type CompletionSource = ReturnType<typeof schemaCompletionSource>
type Resource = SqlCatalogue['resources'][number]

/** Completes what the catalogue names: providers, their services, the tables of each, the columns of those. */
export function completionOf(catalogue: SqlCatalogue): CompletionSource {
  return schemaCompletionSource({ dialect: PostgreSQL, schema: namesOf(catalogue.resources, 0) })
}

/** Tables by the part of their names that stands at `depth`, of three. */
function namesOf(resources: readonly Resource[], depth: number): Record<string, SQLNamespace> {
  const groups = Map.groupBy(resources, ({ name }) => name.split('.')[depth] ?? '')
  return Object.fromEntries(
    [...groups].map(([label, [first, ...more]]) => {
      if (first === undefined) throw new TypeError('a group has members')
      return [label, depth === 2 ? table(label, first) : branch(label, namesOf([first, ...more], depth + 1))]
    }),
  )
}

const branch = (label: string, children: SQLNamespace): SQLNamespace => ({
  self: { label, type: 'namespace' },
  children,
})

const table = (label: string, { description, columns, parameters }: Resource): SQLNamespace => ({
  self: { label, type: 'class', info: description },
  children: [
    ...columns.map((column) => ({
      label: column.name,
      type: 'property',
      detail: column.type,
      info: column.description,
    })),
    ...parameters.map((parameter) => ({ label: parameter, type: 'variable', detail: 'parameter' })),
  ],
})
