import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { type AuthorizationServer, TOKEN_ENCRYPTION_ALGS } from '../../directory/authorization-server.ts'
import {
  type AuthorizationServerSettings,
  createAuthorizationServer,
  DEFAULT_AUTHORIZATION_SERVER,
  getAuthorizationServer,
  listAuthorizationServers,
  replaceAuthorizationServer,
} from '../../directory/authorization-servers.ts'
import { ROTATION_MODES } from '../../keys/signing-ring.ts'
import {
  activateAuthorizationServer,
  deactivateAuthorizationServer,
  deleteAuthorizationServer,
} from '../../revocation/authorization-server-lifecycle.ts'
import { actorOf } from './authentication.ts'
import { readPlace, writePlace } from './cursors.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, pageOf, RESPONSES } from './responses.ts'
import { timeText } from './times.ts'

const DEFAULT_LIMIT = 100
const closed = { additionalProperties: false } as const
const Text = (maxLength: number) => Type.String({ pattern: `^[^\\p{Cc}\\p{Bidi_Control}]{0,${maxLength}}$` })
const EncryptionAlg = Type.Union([Type.Null(), Type.Enum(TOKEN_ENCRYPTION_ALGS)])

const Settings = Type.Object(
  {
    name: Type.String({ pattern: '^(?! )[^\\p{Cc}\\p{Bidi_Control}]{1,100}$' }),
    description: Type.Optional(Text(1_000)),
    /** The audience of its access tokens, which is an API too. */
    audiences: Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,1024}$' }), { minItems: 1, maxItems: 1 }),
    rotationMode: Type.Optional(Type.Enum(ROTATION_MODES)),
    /** Null, or left out: access tokens are not encrypted. */
    encryptionAlg: Type.Optional(EncryptionAlg),
    jwksUri: Type.Optional(Type.Union([Type.Null(), Type.String({ minLength: 1, maxLength: 2048 })])),
  },
  closed,
)
const Server = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  audiences: Type.Array(Type.String()),
  issuer: Type.String(),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
  isDefault: Type.Boolean(),
  encryptionAlg: EncryptionAlg,
  jwksUri: Type.Union([Type.String(), Type.Null()]),
  createdAt: Type.String(),
  updatedAt: Type.String(),
})
const List = Type.Object(
  {
    /** In the name or the audience, in any case. */
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 200 })),
  },
  closed,
)
export const ServerPath = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9]{1,64}$' }) })

/** `/authorization-servers`: those that were created. The organization's own has a signing ring and nothing else here. */
export function authorizationServers(app: NativeApp, authority: Authority): void {
  app.get(
    '/authorization-servers',
    { schema: { querystring: List, response: { 200: pageOf(Server), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { q, limit = DEFAULT_LIMIT, after } = request.query
      const found = await listAuthorizationServers(authority, actor, {
        limit: limit + 1,
        ...(q === undefined ? {} : { matching: q }),
        ...(after === undefined ? {} : { after: cursorIn(after) }),
      })
      const { items, next } = cutPage(found, limit, ({ createdAt, id }) => writePlace({ key: createdAt, id }))
      return { items: items.map(represent), next }
    },
  )

  app.post(
    '/authorization-servers',
    { schema: { body: Settings, response: { 201: Server, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      reply.code(201)
      return represent(await createAuthorizationServer(authority, actor, settingsIn(request.body)))
    },
  )

  app.get(
    '/authorization-servers/:id',
    { schema: { params: ServerPath, response: { 200: Server, ...RESPONSES } } },
    async (request) =>
      represent(await getAuthorizationServer(authority, readerOf(actorOf(request)), request.params.id)),
  )

  app.put(
    '/authorization-servers/:id',
    { schema: { params: ServerPath, body: Settings, response: { 200: Server, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { params, body } = request
      return represent(await replaceAuthorizationServer(authority, actor, params.id, settingsIn(body)))
    },
  )

  for (const [name, change] of [
    ['activate', activateAuthorizationServer],
    ['deactivate', deactivateAuthorizationServer],
  ] as const)
    app.post(
      `/authorization-servers/:id/${name}`,
      { schema: { params: ServerPath, response: { 200: Server, ...RESPONSES } } },
      async (request) => {
        const actor = administratorOf(actorOf(request))
        await change(authority, actor, request.params.id)
        return represent(await getAuthorizationServer(authority, actor, request.params.id))
      },
    )

  app.delete(
    '/authorization-servers/:id',
    { schema: { params: ServerPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteAuthorizationServer(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function settingsIn(body: Static<typeof Settings>): AuthorizationServerSettings {
  const { name, description, audiences, rotationMode, encryptionAlg, jwksUri } = body
  return {
    name,
    audiences,
    ...(description === undefined ? {} : { description }),
    ...(rotationMode === undefined ? {} : { rotationMode }),
    ...(encryptionAlg === undefined || encryptionAlg === null ? {} : { encryptionAlg }),
    ...(jwksUri === undefined || jwksUri === null ? {} : { jwksUri }),
  }
}

function represent(server: AuthorizationServer): Static<typeof Server> {
  const { id, name, description, audiences, issuer, status, encryptionAlg, jwksUri } = server
  return {
    id,
    name,
    description,
    audiences: [...audiences],
    issuer,
    status,
    isDefault: id === DEFAULT_AUTHORIZATION_SERVER,
    encryptionAlg,
    jwksUri,
    createdAt: timeText(server.createdAt),
    updatedAt: timeText(server.updatedAt),
  }
}

function cursorIn(after: string) {
  const { key, id } = readPlace(after, 'number')
  return { createdAt: Number(key), id }
}
