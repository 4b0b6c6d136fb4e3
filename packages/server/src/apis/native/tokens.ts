import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Knowledge } from '../../log/index.ts'
import { filterOf } from '../../revocation/filter.ts'
import { labelsOfClients, loginsOf, namesOfApis } from '../../store/queries/names.ts'
import type { TokenCursor } from '../../store/token-filter.ts'
import {
  countShown,
  explainToken,
  type ShownToken,
  showToken,
  showTokens,
  TOKEN_STATUSES,
  type TokenStatus,
} from '../../tokens/shown.ts'
import { actorOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { pageOf, RESPONSES } from './responses.ts'
import { timeOrNull, timeText } from './times.ts'

const DEFAULT_LIMIT = 100
const Id = Type.String({ minLength: 1, maxLength: 1024 })
const Nullable = Type.Union([Type.String(), Type.Null()])

const Token = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['access', 'refresh']),
  format: Type.Enum(['jwt', 'encrypted', 'opaque']),
  user: Nullable,
  userLogin: Nullable,
  /** The client id. */
  application: Type.String(),
  applicationName: Nullable,
  api: Nullable,
  apiName: Nullable,
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

/** What is as good as ever, and what is not because somebody or something ended it. */
const STATES = { live: ['active'], revoked: ['revoked', 'blocked', 'used'] } as const

const FILTER = {
  user: Type.Optional(Id),
  application: Type.Optional(Id),
  api: Type.Optional(Id),
  authorizationServer: Type.Optional(Id),
  session: Type.Optional(Id),
  grant: Type.Optional(Id),
  kind: Type.Optional(Type.Enum(['access', 'refresh'])),
  status: Type.Optional(Type.Enum(TOKEN_STATUSES)),
  state: Type.Optional(Type.Enum(['live', 'revoked'])),
  /** RFC 3339: only tokens issued at or after it, and before it. */
  issuedFrom: Type.Optional(Type.String({ maxLength: 40 })),
  issuedBefore: Type.Optional(Type.String({ maxLength: 40 })),
}
const TokenQuery = Type.Object(
  {
    ...FILTER,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)

const Count = Type.Object({ count: Type.Integer(), exact: Type.Boolean() })

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
      const page = await showTokens(authority, index, actor, await rowsFor(authority, actor, query), {
        limit: query.limit ?? DEFAULT_LIMIT,
        ...statusesIn(query),
        ...(query.after === undefined ? {} : { after: readCursor(query.after) }),
      })
      return {
        items: await represent(authority, actor, page.items),
        next: page.next === null ? null : writeCursor(page.next),
      }
    },
  )

  app.get(
    '/tokens/count',
    {
      schema: {
        querystring: Type.Object(FILTER, { additionalProperties: false }),
        response: { 200: Count, ...RESPONSES },
      },
    },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const filter = await rowsFor(authority, actor, request.query)
      return countShown(authority, index, actor, filter, statusesIn(request.query).statuses)
    },
  )

  app.get(
    '/tokens/:id',
    { schema: { params: Type.Object({ id: Id }), response: { 200: Token, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const [shown] = await represent(authority, actor, [
        await showToken(authority, index, actor, request.params.id),
      ])
      if (shown === undefined) throw new DomainError('not_found', { type: 'token', id: request.params.id })
      return shown
    },
  )

  app.post(
    '/tokens/explain',
    { schema: { body: Asked, response: { 200: Explained, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const { token, rule, entry } = await explainToken(authority, index, actor, request.body)
      const [shown] = await represent(authority, actor, [token])
      if (shown === undefined) throw new DomainError('not_found', { type: 'token' })
      return {
        token: shown,
        standing: token.status,
        rule,
        entry: entry === null ? null : eventOf(entry),
      }
    },
  )
}

type Query = Static<typeof TokenQuery>

function statusesIn({ status, state }: Pick<Query, 'status' | 'state'>): {
  statuses?: readonly TokenStatus[]
} {
  if (status !== undefined) return { statuses: [status] }
  return state === undefined ? {} : { statuses: STATES[state] }
}

async function rowsFor(authority: Authority, actor: Actor, query: Omit<Query, 'limit' | 'after'>) {
  const filter = await filterOf(authority, actor, {
    ...query,
    issuedFrom: timeOf(query.issuedFrom, '/issuedFrom'),
    issuedBefore: timeOf(query.issuedBefore, '/issuedBefore'),
  })
  // What has expired is never live, and the database knows that without judging it.
  return query.state === 'live' ? { ...filter, liveAt: authority.clock.now() } : filter
}

/** Tokens with the names that people know their users, applications and APIs by. */
async function represent(
  authority: Authority,
  { organizationId }: Actor,
  tokens: readonly ShownToken[],
): Promise<Static<typeof Token>[]> {
  const idsOf = (column: 'user_id' | 'client_id' | 'api') => [
    ...new Set(tokens.flatMap(({ row }) => row[column] ?? [])),
  ]
  const names = await authority.store.read({ organizationId }, async (tx) => ({
    users: await loginsOf(tx, idsOf('user_id')),
    clients: await labelsOfClients(tx, idsOf('client_id')),
    apis: await namesOfApis(tx, idsOf('api')),
  }))
  return tokens.map(({ row, status, revokedBy }) => ({
    id: row.id,
    kind: row.kind,
    format: row.format,
    user: row.user_id,
    userLogin: row.user_id === null ? null : (names.users.get(row.user_id) ?? null),
    application: row.client_id,
    applicationName: names.clients.get(row.client_id) ?? null,
    api: row.api,
    apiName: row.api === null ? null : (names.apis.get(row.api) ?? null),
    authorizationServer: row.issuer_id,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    grant: row.grant_id,
    session: row.session_id,
    issuedAt: timeText(row.issued_at),
    expiresAt: timeText(row.expires_at),
    lastUsedAt: timeOrNull(row.last_used_at),
    ip: row.ip,
    userAgent: row.user_agent,
    position: formatPosition({ log: organizationId, incarnation: row.incarnation, seq: row.seq }),
    status,
    revokedBy: revokedBy === null ? null : formatPosition(revokedBy),
  }))
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
