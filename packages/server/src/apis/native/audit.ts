import { type Static, Type } from '@fastify/type-provider-typebox'
import { ENTRY_KINDS, type Position, parsePosition } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { readEntries, readEntriesBackwards } from '../../log/index.ts'
import { actorOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100
/** Entries looked at for one page where an actor or a subject is asked for: the page may then be short. */
const SCAN_LIMIT = 2_000

const Query = Type.Object(
  {
    ...PageQuery.properties,
    /** `asc`: oldest first. The others narrow only a list that is `desc`: newest first. */
    order: Type.Optional(Type.Enum(['asc', 'desc'])),
    kind: Type.Optional(Type.Enum([...ENTRY_KINDS])),
    /** The id of who did it. */
    actor: Type.Optional(Type.String({ maxLength: 512 })),
    /** The id of what it was done to. */
    subject: Type.Optional(Type.String({ maxLength: 2_048 })),
  },
  { additionalProperties: false },
)
type Shown = ReturnType<typeof eventOf>

/** `GET /audit?after=<position>`: who changed what, read from the organization's log. */
export function audit(app: NativeApp, authority: Authority): void {
  app.get(
    '/audit',
    { schema: { querystring: Query, response: { 200: pageOf(Event), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { limit = DEFAULT_LIMIT, order = 'asc' } = request.query
      if (order === 'desc') return newestFirst(authority, actor, request.query, limit)
      const after = placeIn(actor, request.query.after) ?? { incarnation: 0, seq: 0 }
      const entries = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
        readEntries(tx, actor.organizationId, after, limit + 1),
      )
      return cutPage(entries.map(eventOf), limit, ({ position }) => position)
    },
  )
}

async function newestFirst(
  authority: Authority,
  actor: Actor,
  { after, kind, actor: who, subject }: Static<typeof Query>,
  limit: number,
): Promise<{ items: Shown[]; next: string | null }> {
  const { organizationId } = actor
  const isMeant = (event: Shown) =>
    (who === undefined || event.actor.id === who) &&
    (subject === undefined || Object.values(event.subject).includes(subject))
  const looked = who === undefined && subject === undefined ? limit + 1 : SCAN_LIMIT
  const before = placeIn(actor, after)
  const range = { ...(before && { before }), ...(kind && { kind }) }
  const entries = await authority.store.read({ organizationId }, (tx) =>
    readEntriesBackwards(tx, organizationId, range, looked),
  )
  const events = entries.map(eventOf)
  const page = cutPage(events.filter(isMeant), limit, ({ position }) => position)
  // Everything that was looked at may lie behind the last that was meant.
  const seen = entries.length === looked ? (events.at(-1)?.position ?? null) : null
  return { items: page.items, next: page.next ?? seen }
}

/** @throws DomainError `invalid_request` for a position that is none, or one of another log */
function placeIn(actor: Actor, after: string | undefined): Pick<Position, 'incarnation' | 'seq'> | undefined {
  if (after === undefined) return undefined
  const position = parsePosition(after)
  if (position?.log !== actor.organizationId)
    throw new DomainError('invalid_request', {
      '/after': 'must be a position in the log of the organization',
    })
  return position
}
