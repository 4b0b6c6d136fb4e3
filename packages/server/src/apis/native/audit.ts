import { Type } from '@fastify/type-provider-typebox'
import { formatPosition, type Position, parsePosition } from '@rescind/core/log'
import { Value } from 'typebox/value'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { type LoggedEntry, readEntries } from '../../log/index.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100

/** What an entry of the log says beside its position and time. */
const CONTENT = {
  kind: Type.String(),
  actor: Type.Object({ type: Type.String(), id: Type.String() }),
  subject: Type.Record(Type.String(), Type.String()),
  reason: Type.Optional(Type.Object({ code: Type.String(), text: Type.Optional(Type.String()) })),
  cause: Type.Optional(Type.String()),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const Content = Type.Object(CONTENT)

const AuditEvent = Type.Object({
  position: Type.String(),
  /** RFC 3339, informational: order comes from `position`. */
  at: Type.String(),
  ...CONTENT,
})

/** `GET /audit?after=<position>`: who changed what, read from the organization's log, oldest first. */
export function audit(app: NativeApp, authority: Authority): void {
  app.get(
    '/audit',
    { schema: { querystring: PageQuery, response: { 200: pageOf(AuditEvent), ...RESPONSES } } },
    async (request) => {
      const actor = actorOf(request)
      const { limit = DEFAULT_LIMIT } = request.query
      if (!actor.roles.has('organization_admin') && !actor.roles.has('organization_reader'))
        throw new DomainError('permission_denied')
      const after = startOf(actor, request.query.after)
      const entries = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
        readEntries(tx, actor.organizationId, after, limit + 1),
      )
      return cutPage(entries.map(eventOf), limit, ({ position }) => position)
    },
  )
}

/** @throws DomainError `invalid_request` for a position that is none, or one of another log */
function startOf(actor: Actor, after: string | undefined): Pick<Position, 'incarnation' | 'seq'> {
  if (after === undefined) return { incarnation: 0, seq: 0 }
  const position = parsePosition(after)
  if (position?.log !== actor.organizationId)
    throw new DomainError('invalid_request', {
      '/after': 'must be a position in the log of the organization',
    })
  return position
}

function eventOf({ position, at, body }: LoggedEntry) {
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
