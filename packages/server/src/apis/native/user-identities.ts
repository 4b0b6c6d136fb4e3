import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import {
  type LinkedIdentity,
  linkIdentity,
  listIdentities,
  unlinkIdentity,
} from '../../federation/sign-in/identities.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { timeText } from './times.ts'
import { UserPath } from './user-shown.ts'

const ObjectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const Identity = Type.Object({
  issuer: Type.String(),
  subject: Type.String(),
  identityProviders: Type.Array(Type.String()),
  linkedAt: Type.String(),
})
const Link = Type.Object(
  { identityProvider: ObjectId, subject: Type.String({ minLength: 1, maxLength: 1_024 }) },
  { additionalProperties: false },
)
const IdentityPath = Type.Object({ ...UserPath.properties, provider: ObjectId })

/**
 * `GET·POST /users/{id}/identities`, `DELETE …/{provider}`: who users are at the identity providers of the federation,
 * where that is not to be left to their first sign-in.
 */
export function userIdentities(app: NativeApp, authority: Authority): void {
  app.get(
    '/users/:id/identities',
    {
      schema: {
        params: UserPath,
        response: { 200: Type.Object({ items: Type.Array(Identity) }), ...RESPONSES },
      },
    },
    async (request) => {
      const identities = await listIdentities(authority, readerOf(actorOf(request)), request.params.id)
      return { items: identities.map(represent) }
    },
  )

  app.post(
    '/users/:id/identities',
    { schema: { params: UserPath, body: Link, response: { 201: Identity, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { identityProvider, subject } = request.body
      const linked = await linkIdentity(authority, actor, request.params.id, identityProvider, subject)
      reply.code(201)
      return represent(linked)
    },
  )

  app.delete(
    '/users/:id/identities/:provider',
    { schema: { params: IdentityPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, provider } = request.params
      await unlinkIdentity(authority, administratorOf(actorOf(request)), id, provider)
      return reply.code(204).send(null)
    },
  )
}

function represent({ linkedAt, identityProviders, ...identity }: LinkedIdentity): Static<typeof Identity> {
  return { ...identity, identityProviders: [...identityProviders], linkedAt: timeText(linkedAt) }
}
