import { ask, native } from './http.ts'
import { anything, list, object, type Shape } from './shape.ts'

const Column: Shape<string> = (value, where) => {
  if (typeof value === 'string') return value
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined
  if (typeof name === 'string') return name
  throw new TypeError(`${where} should name a column`)
}

const Result = object({ columns: list(Column), rows: list(list(anything)) })
export type SqlResult = ReturnType<typeof Result>

export const runSql = (statement: string, signal?: AbortSignal) =>
  ask(native('sql'), Result, { method: 'POST', body: { statement }, signal })
