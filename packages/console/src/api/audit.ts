import { ask, native, withQuery } from './http.ts'
import { pageOf } from './shape.ts'
import { Event } from './tokens.ts'

export const auditPath = native('audit')

/** Entries after a position, oldest first. */
export const entriesAfter = (after: string, signal: AbortSignal) =>
  ask(withQuery(auditPath, { after, limit: 200 }), pageOf(Event), { signal, idle: true })
