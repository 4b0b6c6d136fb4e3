import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition, type Position, parsePosition, REASON_CODES } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Knowledge } from '../../log/index.ts'
import { type Preview, previewRevocation } from '../../revocation/preview.ts'
import {
  type RevocationRecord,
  readRevocation,
  revocationById,
  revocationsPage,
} from '../../revocation/revocations.ts'
import { revoke } from '../../revocation/revoke.ts'
import { actorOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100
const Id = Type.String({ minLength: 1, maxLength: 1024 })
const Nullable = Type.Union([Type.String(), Type.Null()])
const closed = { additionalProperties: false } as const

const AskedTarget = Type.Union([
  Type.Object(
    { type: Type.Literal('token'), token: Type.String({ minLength: 1, maxLength: 16_384 }) },
    closed,
  ),
  Type.Object({ type: Type.Literal('token'), id: Id }, closed),
  Type.Object(
    {
      type: Type.Enum([
        'grant',
        'session',
        'key',
        'user',
        'application',
        'api',
        'authorization_server',
        'organization',
      ]),
      id: Id,
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('user_application'), user: Id, application: Id }, closed),
])

const Request = Type.Object(
  {
    target: AskedTarget,
    reason: Type.Enum(REASON_CODES),
    note: Type.Optional(Type.String({ maxLength: 1_000 })),
    dryRun: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** The target as it was resolved: the names that the log uses. */
const Target = Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer()]))

const Revocation = Type.Object({
  id: Type.String(),
  /** The newest entry about the target: what takes effect. */
  seq: Type.Integer(),
  position: Type.String(),
  target: Target,
  reason: Type.Enum(REASON_CODES),
  note: Nullable,
  /** The change that made it; null where somebody asked for it. */
  cause: Nullable,
  actor: Type.Object({ type: Type.String(), id: Type.String(), name: Type.String() }),
  at: Type.String(),
  /** How many entries there have been about the target. */
  times: Type.Integer(),
  effect: Type.Object({
    /** In force in every answer of the authority, on all its nodes, from `position` on. */
    authority: Type.Literal('in_force'),
    position: Type.String(),
  }),
})

const Counts = Type.Object({
  target: Target,
  predicate: Type.String(),
  /** False where there are too many to judge one by one: the counts are then upper bounds. */
  exact: Type.Boolean(),
  tokens: Type.Integer(),
  users: Type.Integer(),
  sessions: Type.Integer(),
  byApplication: Type.Array(Type.Object({ application: Type.String(), tokens: Type.Integer() })),
  byApi: Type.Array(Type.Object({ api: Nullable, tokens: Type.Integer() })),
  clusters: Type.Array(Type.Object({})),
  exposure: Type.Object({
    /** Until when a verifier that only polls published keys may accept one of these tokens. */
    unmanagedUntil: Nullable,
  }),
})
const DryRun = Type.Object({ dryRun: Type.Literal(true), reason: Type.Enum(REASON_CODES), preview: Counts })

/** `POST /revocations`, `…/preview`, `GET /revocations`, `GET /revocations/{id}`. */
export function revocations(app: NativeApp, authority: Authority, knowledge: Knowledge): void {
  app.post(
    '/revocations/preview',
    {
      schema: { body: Type.Object({ target: AskedTarget }, closed), response: { 200: Counts, ...RESPONSES } },
    },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      return representPreview(await previewRevocation(authority, index, actor, request.body.target))
    },
  )

  app.post(
    '/revocations',
    {
      schema: {
        body: Request,
        response: { 200: Type.Union([Revocation, DryRun]), 201: Revocation, ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { target, reason, note, dryRun } = request.body
      if (dryRun) {
        const index = await knowledge.confirm(actor.organizationId)
        const preview = representPreview(await previewRevocation(authority, index, actor, target))
        return { dryRun: true as const, reason, preview }
      }
      const asked = { target, reason, ...(note === undefined ? {} : { note }) }
      const { revocation, repeated } = await revoke(authority, actor, asked)
      reply.code(repeated ? 200 : 201)
      return represent(actor.organizationId, readRevocation(revocation))
    },
  )

  app.get(
    '/revocations',
    { schema: { querystring: PageQuery, response: { 200: pageOf(Revocation), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { limit = DEFAULT_LIMIT, after } = request.query
      const rows = await revocationsPage(authority, actor, limit + 1, positionOf(actor.organizationId, after))
      const items = rows.map((row) => represent(actor.organizationId, row))
      return cutPage(items, limit, ({ position }) => position)
    },
  )

  app.get(
    '/revocations/:id',
    {
      schema: {
        params: Type.Object({ id: Id }),
        response: { 200: Type.Object({ ...Revocation.properties, entry: Event }), ...RESPONSES },
      },
    },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { revocation, entry } = await revocationById(authority, actor, request.params.id)
      return { ...represent(actor.organizationId, revocation), entry: eventOf(entry) }
    },
  )
}

function represent(log: string, row: RevocationRecord): Static<typeof Revocation> {
  const position = formatPosition({ log, incarnation: row.incarnation, seq: row.seq })
  return {
    id: row.id,
    seq: row.seq,
    position,
    target: row.target,
    reason: row.reason,
    note: row.note,
    cause: row.cause,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    at: new Date(row.at).toISOString(),
    times: row.times,
    effect: { authority: 'in_force', position },
  }
}

function representPreview(preview: Preview): Static<typeof Counts> {
  const { target, exact, exposedUntil, byApplication, byApi, predicate, tokens, users, sessions } = preview
  return {
    target: { ...target },
    predicate,
    exact,
    tokens,
    users,
    sessions,
    byApplication: [...byApplication],
    byApi: [...byApi],
    clusters: [],
    exposure: { unmanagedUntil: exposedUntil === null ? null : new Date(exposedUntil).toISOString() },
  }
}

function positionOf(log: string, after: string | undefined): Position | undefined {
  if (after === undefined) return undefined
  const position = parsePosition(after)
  if (position?.log !== log)
    throw new DomainError('invalid_request', { '/after': 'must be the `next` of the page before' })
  return position
}
