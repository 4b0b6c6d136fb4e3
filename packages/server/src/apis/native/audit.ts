import { type Position, parsePosition } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { readEntries } from '../../log/index.ts'
import { actorOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100

/** `GET /audit?after=<position>`: who changed what, read from the organization's log, oldest first. */
export function audit(app: NativeApp, authority: Authority): void {
  app.get(
    '/audit',
    { schema: { querystring: PageQuery, response: { 200: pageOf(Event), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { limit = DEFAULT_LIMIT } = request.query
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
