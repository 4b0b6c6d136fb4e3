import { type Static, Type } from '@fastify/type-provider-typebox'
import { type ErrorCode, REGISTRY } from '../../errors/index.ts'

/** Whether something may be done now, and the rule that forbids it, in words to stand beside a greyed button. */
const Action = Type.Object({
  allowed: Type.Boolean(),
  /** The code that doing it would be refused with. */
  reason: Type.Union([Type.String(), Type.Null()]),
  message: Type.Union([Type.String(), Type.Null()]),
})
export const Actions = Type.Record(Type.String(), Action)

export function representAction(refusal: ErrorCode | null): Static<typeof Action> {
  if (refusal === null) return { allowed: true, reason: null, message: null }
  return { allowed: false, reason: refusal, message: REGISTRY[refusal].log }
}

export function representActions(
  refusals: Readonly<Record<string, ErrorCode | null>>,
): Static<typeof Actions> {
  return Object.fromEntries(
    Object.entries(refusals).map(([name, refusal]) => [name, representAction(refusal)]),
  )
}
