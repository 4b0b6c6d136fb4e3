import { Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { listLogouts, postponeLogout } from '../../store/queries/logout-deliveries.ts'
import type { LogoutDeliveries } from '../../store/tables/logout-deliveries.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

/** More than these wait only where a client has been down for long; the oldest tell which. */
const MOST_SHOWN = 1_000

const Id = Type.String({ minLength: 1, maxLength: 1024 })
const Time = Type.String({ format: 'date-time' })
const Delivery = Type.Object({
  session: Type.String(),
  application: Type.String(),
  authorizationServer: Type.String(),
  user: Type.String(),
  status: Type.Enum(['waiting', 'parked']),
  queuedAt: Time,
  attempts: Type.Integer(),
  nextAttemptAt: Type.Union([Time, Type.Null()]),
  problem: Type.Union([Type.String(), Type.Null()]),
})
const Deliveries = Type.Object({
  items: Type.Array(Delivery),
  parked: Type.Integer(),
  waiting: Type.Integer(),
})
const Retry = Type.Object(
  { session: Id, application: Id, authorizationServer: Id },
  { additionalProperties: false },
)

/**
 * `GET /logouts`: applications that have not been told yet of a session's end, oldest first, and those that no more
 * attempt is made at. `POST /logouts/retry` tries one of them again, from the start.
 */
export function logouts(app: NativeApp, authority: Authority): void {
  app.get('/logouts', { schema: { response: { 200: Deliveries, ...RESPONSES } } }, async (request) => {
    const { organizationId } = readerOf(actorOf(request))
    const rows = await authority.store.read({ organizationId }, (tx) => listLogouts(tx, MOST_SHOWN))
    const items = rows.map(shown)
    const parked = items.filter(({ status }) => status === 'parked').length
    return { items, parked, waiting: items.length - parked }
  })
  app.post(
    '/logouts/retry',
    { schema: { body: Retry, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { organizationId } = administratorOf(actorOf(request))
      const { session, application, authorizationServer } = request.body
      const key = { session_id: session, client_id: application, issuer_id: authorizationServer }
      const now = authority.clock.now()
      const found = await authority.store.write({ organizationId }, (tx) =>
        postponeLogout(tx, key, { next_at: now, parked_at: null, attempts: 0 }),
      )
      if (!found) throw new DomainError('not_found', { type: 'logout', id: session })
      return reply.code(204).send(null)
    },
  )
}

function shown(row: LogoutDeliveries) {
  const isParked = row.parked_at !== null
  return {
    session: row.session_id,
    application: row.client_id,
    authorizationServer: row.issuer_id,
    user: row.user_id,
    status: isParked ? ('parked' as const) : ('waiting' as const),
    queuedAt: new Date(row.queued_at).toISOString(),
    attempts: row.attempts,
    nextAttemptAt: isParked ? null : new Date(row.next_at).toISOString(),
    problem: row.problem,
  }
}
