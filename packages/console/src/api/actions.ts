import { flag, nullable, type Of, object, optional, record, text } from './shape.ts'

/** Whether something may be done to an object now, and if not, the rule that forbids it in words. */
export const Action = object({ allowed: flag, reason: nullable(text), message: nullable(text) })
export type Action = Of<typeof Action>

export const Actions = optional(record(Action), {})
export type Actions = Of<typeof Actions>

/** The rule that forbids an action; null where it is allowed or nothing is said about it. */
export function forbidden(actions: Actions, name: string): string | null {
  const action = actions[name]
  return action === undefined || action.allowed ? null : (action.message ?? 'Not possible now.')
}
