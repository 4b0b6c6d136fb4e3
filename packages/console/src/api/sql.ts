import { ask, native } from './http.ts'
import { anything, list, nullable, object, text } from './shape.ts'

const Result = object({ columns: list(text), rows: list(list(anything)), message: nullable(text) })
export type SqlResult = ReturnType<typeof Result>

export const runSql = (statement: string, signal?: AbortSignal) =>
  ask(native('sql'), Result, { method: 'POST', body: { statement }, signal })
