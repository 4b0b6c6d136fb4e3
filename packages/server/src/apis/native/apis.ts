import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { ACCESS_TOKEN_LIFETIME, TOKEN_FORMATS } from '../../directory/api.ts'
import { type Api, type ApiSettings, createApi, getApi, listApis } from '../../directory/apis.ts'
import { DEFAULT_AUTHORIZATION_SERVER } from '../../directory/authorization-servers.ts'
import { DomainError } from '../../errors/index.ts'
import { replaceApi } from '../../revocation/api-changes.ts'
import { deleteApi } from '../../revocation/api-deletion.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100

/** What no person should have to guess at: no control characters, nothing that turns text around. */
const Name = Type.String({ pattern: '^[^\\p{Cc}\\p{Bidi_Control}]{1,255}$' })
const Scope = Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}$' })
const SETTINGS = {
  enabled: Type.Optional(Type.Boolean()),
  statusList: Type.Optional(Type.Boolean()),
  name: Type.Optional(Name),
  scopes: Type.Optional(Type.Array(Scope, { maxItems: 1000 })),
  tokenFormat: Type.Optional(Type.Enum(TOKEN_FORMATS)),
  authorizationServerId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,64}$' })),
  accessTokenLifetime: Type.Optional(
    Type.Integer({ minimum: ACCESS_TOKEN_LIFETIME.shortest, maximum: ACCESS_TOKEN_LIFETIME.longest }),
  ),
}
const Identifier = Type.String({ pattern: '^[\\x21-\\x7e]{1,1024}$' })
const NewApi = Type.Object({ identifier: Identifier, ...SETTINGS }, { additionalProperties: false })
const Replacement = Type.Object(
  { identifier: Type.Optional(Identifier), ...SETTINGS },
  { additionalProperties: false },
)
const ApiBody = Type.Object({
  id: Type.String(),
  identifier: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  tokenFormat: Type.Enum(TOKEN_FORMATS),
  authorizationServerId: Type.String(),
  accessTokenLifetime: Type.Integer(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  enabled: Type.Boolean(),
  statusList: Type.Boolean(),
})
const Path = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** `POST·GET /apis`, `GET·PUT·DELETE /apis/{id}`: the APIs (resource servers) that tokens are for. */
export function apis(app: NativeApp, authority: Authority): void {
  app.post(
    '/apis',
    { schema: { body: NewApi, response: { 201: ApiBody, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const identifier = absoluteUri(request.body.identifier)
      const api = await createApi(authority, actor, settingsOf(request.body, identifier))
      reply.code(201)
      return represent(api)
    },
  )

  app.get(
    '/apis',
    { schema: { querystring: PageQuery, response: { 200: pageOf(ApiBody), ...RESPONSES } } },
    async (request) => {
      const { after, limit = DEFAULT_LIMIT } = request.query
      const page = after === undefined ? { limit } : { limit, after }
      const { items, next } = await listApis(authority, readerOf(actorOf(request)), page)
      return { items: items.map(represent), next }
    },
  )

  app.get(
    '/apis/:id',
    { schema: { params: Path, response: { 200: ApiBody, ...RESPONSES } } },
    async (request) => represent(await getApi(authority, readerOf(actorOf(request)), request.params.id)),
  )

  app.put(
    '/apis/:id',
    { schema: { params: Path, body: Replacement, response: { 200: ApiBody, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const before = await getApi(authority, actor, request.params.id)
      const settings = settingsOf(request.body, request.body.identifier ?? before.identifier, before)
      return represent(await replaceApi(authority, actor, request.params.id, settings))
    },
  )

  app.delete(
    '/apis/:id',
    { schema: { params: Path, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteApi(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

/** @param before what holds where an older script, which knows nothing of it, does not speak of it */
function settingsOf(
  body: Static<typeof Replacement>,
  identifier: string,
  before: Pick<Api, 'enabled' | 'statusList'> = { enabled: true, statusList: false },
): ApiSettings {
  return {
    identifier,
    name: body.name ?? identifier,
    scopes: body.scopes ?? [],
    tokenFormat: body.tokenFormat ?? 'jwt',
    authorizationServerId: body.authorizationServerId ?? DEFAULT_AUTHORIZATION_SERVER,
    accessTokenLifetime: body.accessTokenLifetime ?? ACCESS_TOKEN_LIFETIME.usual,
    enabled: body.enabled ?? before.enabled,
    statusList: body.statusList ?? before.statusList,
  }
}

/** RFC 8707 section 2: an absolute URI without fragment. */
function absoluteUri(identifier: string): string {
  if (URL.canParse(identifier) && !identifier.includes('#')) return identifier
  throw new DomainError('invalid_request', { '/identifier': 'must be an absolute URI without fragment' })
}

function represent(api: Api): Static<typeof ApiBody> {
  return {
    id: api.id,
    identifier: api.identifier,
    name: api.name,
    scopes: [...api.scopes],
    tokenFormat: api.tokenFormat,
    authorizationServerId: api.authorizationServerId,
    accessTokenLifetime: api.accessTokenLifetime,
    enabled: api.enabled,
    statusList: api.statusList,
    createdAt: new Date(api.createdAt).toISOString(),
    updatedAt: new Date(api.updatedAt).toISOString(),
  }
}
