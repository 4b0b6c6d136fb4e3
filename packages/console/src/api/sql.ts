import { queryOptions } from '@tanstack/react-query'
import { ask, native } from './http.ts'
import { anything, list, nullable, type Of, object, text } from './shape.ts'

const Result = object({ columns: list(text), rows: list(list(anything)), message: nullable(text) })
export type SqlResult = ReturnType<typeof Result>

export const runSql = (statement: string, signal?: AbortSignal) =>
  ask(native('sql'), Result, { method: 'POST', body: { statement }, signal })

const Catalogue = object({
  resources: list(
    object({
      name: text,
      description: text,
      columns: list(object({ name: text, type: text, description: text })),
      parameters: list(text),
    }),
  ),
})
export type SqlCatalogue = Of<typeof Catalogue>

/** What statements can name. It changes with the server, never while it runs. */
export const catalogueQuery = queryOptions({
  queryKey: ['sql', 'catalogue'],
  queryFn: ({ signal }) => ask(native('sql', 'catalogue'), Catalogue, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})
