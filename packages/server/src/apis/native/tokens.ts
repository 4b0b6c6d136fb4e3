import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Knowledge } from '../../log/index.ts'
import { filterOf } from '../../revocation/filter.ts'
import type { TokenCursor } from '../../store/queries/tokens.ts'
import { explainToken, type ShownToken, showToken, showTokens, TOKEN_STATUSES } from '../../tokens/shown.ts'
import { actorOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100
const Id = Type.String({ minLength: 1, maxLength: 1024 })
const Nullable = Type.Union([Type.String(), Type.Null()])

const Token = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['access', 'refresh']),
  format: Type.Enum(['jwt', 'encrypted', 'opaque']),
  user: Nullable,
  application: Type.String(),
  api: Nullable,
  authorizationServer: Type.String(),
  scopes: Type.Array(Type.String()),
  grant: Nullable,
  session: Nullable,
  issuedAt: Type.String(),
  expiresAt: Type.String(),
  lastUsedAt: Nullable,
  ip: Nullable,
  userAgent: Nullable,
  position: Type.String(),
  status: Type.Enum(TOKEN_STATUSES),
  revokedBy: Nullable,
})

const TokenQuery = Type.Object(
  {
    user: Type.Optional(Id),
    application: Type.Optional(Id),
    api: Type.Optional(Id),
    authorizationServer: Type.Optional(Id),
    session: Type.Optional(Id),
    grant: Type.Optional(Id),
    kind: Type.Optional(Type.Enum(['access', 'refresh'])),
    status: Type.Optional(Type.Enum(TOKEN_STATUSES)),
    /** RFC 3339: only tokens issued at or after it, and before it. */
    issuedFrom: Type.Optional(Type.String({ maxLength: 40 })),
    issuedBefore: Type.Optional(Type.String({ maxLength: 40 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)

const Asked = Type.Union([
  Type.Object({ token: Type.String({ minLength: 1, maxLength: 16_384 }) }, { additionalProperties: false }),
  Type.Object({ id: Id }, { additionalProperties: false }),
])

const Explained = Type.Object({
  token: Token,
  standing: Type.Enum(TOKEN_STATUSES),
  rule: Nullable,
  entry: Type.Union([Event, Type.Null()]),
})

/** `GET /tokens`, `GET /tokens/{id}`, `POST /tokens/explain`: the ledger, never the values. */
export function tokens(app: NativeApp, authority: Authority, knowledge: Knowledge): void {
  app.get(
    '/tokens',
    { schema: { querystring: TokenQuery, response: { 200: pageOf(Token), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { query } = request
      const index = await knowledge.confirm(actor.organizationId)
      const filter = await filterOf(authority, actor, {
        ...query,
        issuedFrom: timeOf(query.issuedFrom, '/issuedFrom'),
        issuedBefore: timeOf(query.issuedBefore, '/issuedBefore'),
      })
      const page = await showTokens(authority, index, actor, filter, {
        limit: query.limit ?? DEFAULT_LIMIT,
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.after === undefined ? {} : { after: readCursor(query.after) }),
      })
      return {
        items: page.items.map(represent(actor.organizationId)),
        next: page.next === null ? null : writeCursor(page.next),
      }
    },
  )

  app.get(
    '/tokens/:id',
    { schema: { params: Type.Object({ id: Id }), response: { 200: Token, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      return represent(actor.organizationId)(await showToken(authority, index, actor, request.params.id))
    },
  )

  app.post(
    '/tokens/explain',
    { schema: { body: Asked, response: { 200: Explained, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const { token, rule, entry } = await explainToken(authority, index, actor, request.body)
      return {
        token: represent(actor.organizationId)(token),
        standing: token.status,
        rule,
        entry: entry === null ? null : eventOf(entry),
      }
    },
  )
}

function represent(log: string): (token: ShownToken) => Static<typeof Token> {
  return ({ row, status, revokedBy }) => ({
    id: row.id,
    kind: row.kind,
    format: row.format,
    user: row.user_id,
    application: row.client_id,
    api: row.api,
    authorizationServer: row.issuer_id,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    grant: row.grant_id,
    session: row.session_id,
    issuedAt: new Date(row.issued_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at).toISOString(),
    ip: row.ip,
    userAgent: row.user_agent,
    position: formatPosition({ log, incarnation: row.incarnation, seq: row.seq }),
    status,
    revokedBy: revokedBy === null ? null : formatPosition(revokedBy),
  })
}

function writeCursor({ issuedAt, id }: TokenCursor): string {
  return `${issuedAt}.${id}`
}

function readCursor(cursor: string): TokenCursor {
  const [, issuedAt, id] = /^([0-9]{1,15})\.([\x21-\x7e]{1,128})$/.exec(cursor) ?? []
  if (issuedAt === undefined || id === undefined)
    throw new DomainError('invalid_request', { '/after': 'must be the `next` of the page before' })
  return { issuedAt: Number(issuedAt), id }
}

function timeOf(text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new DomainError('invalid_request', { [pointer]: 'must be a time (RFC 3339)' })
  return time
}
