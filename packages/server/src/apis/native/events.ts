import { Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import { Value } from 'typebox/value'
import type { LoggedEntry } from '../../log/index.ts'

/** What an entry of the log says beside its position and time. */
const CONTENT = {
  kind: Type.String(),
  actor: Type.Object({ type: Type.String(), id: Type.String(), source: Type.Optional(Type.String()) }),
  subject: Type.Record(Type.String(), Type.String()),
  reason: Type.Optional(Type.Object({ code: Type.String(), text: Type.Optional(Type.String()) })),
  cause: Type.Optional(Type.String()),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const Content = Type.Object(CONTENT)

/** An entry of the log as the native API shows it. */
export const Event = Type.Object({
  position: Type.String(),
  /** RFC 3339, informational: order comes from `position`. */
  at: Type.String(),
  ...CONTENT,
})

export function eventOf({ position, at, body }: LoggedEntry) {
  const { kind, actor, subject, reason, cause, data } = Value.Parse(Content, JSON.parse(body))
  return {
    position: formatPosition(position),
    at: new Date(at).toISOString(),
    kind,
    actor,
    subject,
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause }),
    ...(data !== undefined && { data }),
  }
}
