import { formatPosition } from '@rescind/core/log'
import { filterOf } from '../../../revocation/filter.ts'
import { previewRevocation } from '../../../revocation/preview.ts'
import type { TokenCursor } from '../../../store/token-filter.ts'
import { type ShownToken, showToken, showTokens, TOKEN_STATUSES } from '../../../tokens/shown.ts'
import { faultyStatement } from '../../syntax/index.ts'
import { boolean, integer, json, type MethodCall, type Resource, text, timestamp } from '../resource.ts'
import { ownMethod, pages, timeOf } from './method.ts'

/** As the native API has it. */
const PAGE = 1_000

export const tokens: Resource = {
  provider: 'rescind',
  service: 'tokens',
  name: 'tokens',
  description:
    'The ledger: every token that was issued and has not been forgotten, and what it is worth; never its value',
  columns: [
    text('id', 'Its jti'),
    text('kind', 'access or refresh'),
    text('format', 'jwt, encrypted or opaque'),
    text('status', TOKEN_STATUSES.join(', ')),
    text('user_id', 'The user on whose behalf'),
    text('client_id', 'The application that holds it'),
    text('api', 'The identifier of the API that it is for'),
    text('authorization_server', 'Who issued it'),
    json('scopes', 'Its scopes'),
    text('grant_id', 'The consent and sign-in that it came of'),
    text('session_id', 'The session that it was issued in'),
    timestamp('issued_at', 'When it was issued'),
    timestamp('expires_at', 'When it expires'),
    timestamp('last_used_at', 'When a refresh token was used last'),
    text('ip', 'Where it was asked for'),
    text('user_agent', 'By which program'),
    text('signing_key', 'The thumbprint of the key that signed it'),
    text('position', 'Its place in the log'),
    text('revoked_by', 'The position of the entry that voids it'),
  ],
  methods: [
    ownMethod({
      name: 'get',
      verb: 'select',
      required: ['id'],
      description: 'One token',
      operation: 'GET /api/rescind/v1/tokens/{id}',
      async run({ services, actor, parameters }) {
        const index = await services.knowledge.confirm(actor.organizationId)
        const id = parameters.get('id') ?? ''
        return { rows: [shown(actor.organizationId)(await showToken(services.authority, index, actor, id))] }
      },
    }),
    ownMethod({
      name: 'list',
      verb: 'select',
      optional: [
        'status',
        'kind',
        'user',
        'user_id',
        'application',
        'client_id',
        'api',
        'authorization_server',
        'session_id',
        'grant_id',
      ],
      description:
        'All tokens, the newest first; `user` is an id or a login, `application` an id or a client id',
      operation: 'GET /api/rescind/v1/tokens',
      run: listTokens,
    }),
  ],
}

async function listTokens({ services, actor, parameters, limit }: MethodCall) {
  const { authority, knowledge } = services
  const given = (...names: readonly string[]) =>
    names.map((name) => parameters.get(name)).find((value) => value !== undefined)
  const index = await knowledge.confirm(actor.organizationId)
  const kind = oneOf('kind', ['access', 'refresh'], given('kind'))
  const status = oneOf('status', TOKEN_STATUSES, given('status'))
  const filter = await filterOf(authority, actor, {
    user: given('user', 'user_id'),
    application: given('application', 'client_id'),
    api: given('api'),
    authorizationServer: given('authorization_server'),
    session: given('session_id'),
    grant: given('grant_id'),
    kind,
  })
  const { items, more } = await pages<ShownToken, TokenCursor>(limit, PAGE, async (size, after) => {
    const asked = {
      limit: size,
      ...(status !== undefined && { status }),
      ...(after !== undefined && { after }),
    }
    const page = await showTokens(authority, index, actor, filter, asked)
    return { items: page.items, next: page.next ?? undefined }
  })
  return { rows: items.map(shown(actor.organizationId)), more }
}

function oneOf<Value extends string>(
  name: string,
  values: readonly Value[],
  given: string | undefined,
): Value | undefined {
  if (given === undefined) return undefined
  const value = values.find((candidate) => candidate === given)
  if (value === undefined) throw faultyStatement(`${name} is one of ${values.join(', ')}`)
  return value
}

function shown(log: string): (token: ShownToken) => object {
  return ({ row, status, revokedBy }) => ({
    id: row.id,
    kind: row.kind,
    format: row.format,
    status,
    user_id: row.user_id,
    client_id: row.client_id,
    api: row.api,
    authorization_server: row.issuer_id,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    grant_id: row.grant_id,
    session_id: row.session_id,
    issued_at: timeOf(row.issued_at),
    expires_at: timeOf(row.expires_at),
    last_used_at: timeOf(row.last_used_at),
    ip: row.ip,
    user_agent: row.user_agent,
    signing_key: row.signing_key,
    position: formatPosition({ log, incarnation: row.incarnation, seq: row.seq }),
    revoked_by: revokedBy === null ? null : formatPosition(revokedBy),
  })
}

export const tokenCounts: Resource = {
  provider: 'rescind',
  service: 'tokens',
  name: 'counts',
  description: 'How many tokens are good now, by API and by application, however many there are',
  columns: [
    text('counted', 'api or application'),
    text('name', 'The identifier of the API, or the client id'),
    integer('tokens', 'How many are good'),
    boolean('exact', 'Whether each was judged; else it is an upper bound'),
  ],
  methods: [
    ownMethod({
      name: 'count',
      verb: 'select',
      description: 'All counts',
      async run({ services, actor }) {
        const { organizationId: id } = actor
        const index = await services.knowledge.confirm(id)
        const all = { type: 'organization', id } as const
        const { byApi, byApplication, exact } = await previewRevocation(services.authority, index, actor, all)
        return {
          rows: [
            ...byApi.map(({ api: name, tokens: count }) => ({ counted: 'api', name, tokens: count, exact })),
            ...byApplication.map(({ application: name, tokens: count }) => ({
              counted: 'application',
              name,
              tokens: count,
              exact,
            })),
          ],
        }
      },
    }),
  ],
}
