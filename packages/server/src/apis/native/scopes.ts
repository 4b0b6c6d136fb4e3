import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import {
  createScope,
  deleteScope,
  getScope,
  listScopes,
  replaceScope,
  SCOPE_CONSENTS,
  SCOPE_PUBLICATIONS,
  type ScopeSettings,
} from '../../directory/scopes.ts'
import { actorOf } from './authentication.ts'
import { ServerPath } from './authorization-servers.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Text = (maxLength: number) => Type.String({ pattern: `^[^\\p{Cc}\\p{Bidi_Control}]{0,${maxLength}}$` })
const SETTINGS = {
  /** RFC 6749 section 3.3. */
  name: Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}$' }),
  displayName: Type.Union([Text(255), Type.Null()]),
  description: Text(1_000),
  consent: Type.Enum(SCOPE_CONSENTS),
  metadataPublish: Type.Enum(SCOPE_PUBLICATIONS),
  /** Granted to a request that names no scope. */
  isDefault: Type.Boolean(),
  optional: Type.Boolean(),
}
const { name, ...others } = SETTINGS
const Body = Type.Object(
  { name, ...Type.Partial(Type.Object(others)).properties },
  { additionalProperties: false },
)
const Scope = Type.Object({ id: Type.String(), ...SETTINGS, system: Type.Boolean() })
const Scopes = Type.Object({ items: Type.Array(Scope) })
const ScopePath = Type.Object({ ...ServerPath.properties, scope: Type.String({ maxLength: 64 }) })

/** `/authorization-servers/{id}/scopes`: what clients may ask it for. */
export function scopes(app: NativeApp, authority: Authority): void {
  app.get(
    '/authorization-servers/:id/scopes',
    { schema: { params: ServerPath, response: { 200: Scopes, ...RESPONSES } } },
    async (request) => ({
      items: await listScopes(authority, readerOf(actorOf(request)), request.params.id),
    }),
  )

  app.post(
    '/authorization-servers/:id/scopes',
    { schema: { params: ServerPath, body: Body, response: { 201: Scope, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      reply.code(201)
      return createScope(authority, actor, request.params.id, settingsIn(request.body))
    },
  )

  app.get(
    '/authorization-servers/:id/scopes/:scope',
    { schema: { params: ScopePath, response: { 200: Scope, ...RESPONSES } } },
    (request) => {
      const { id, scope } = request.params
      return getScope(authority, readerOf(actorOf(request)), id, scope)
    },
  )

  app.put(
    '/authorization-servers/:id/scopes/:scope',
    { schema: { params: ScopePath, body: Body, response: { 200: Scope, ...RESPONSES } } },
    (request) => {
      const { id, scope } = request.params
      return replaceScope(authority, administratorOf(actorOf(request)), id, scope, settingsIn(request.body))
    },
  )

  app.delete(
    '/authorization-servers/:id/scopes/:scope',
    { schema: { params: ScopePath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, scope } = request.params
      await deleteScope(authority, administratorOf(actorOf(request)), id, scope)
      return reply.code(204).send(null)
    },
  )
}

function settingsIn(body: Static<typeof Body>): ScopeSettings {
  return {
    name: body.name,
    displayName: body.displayName ?? null,
    description: body.description ?? '',
    consent: body.consent ?? 'IMPLICIT',
    metadataPublish: body.metadataPublish ?? 'NO_CLIENTS',
    isDefault: body.isDefault ?? false,
    optional: body.optional ?? false,
  }
}
