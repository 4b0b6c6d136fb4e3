import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { apiEncryptionKeyActions } from '../../keys/api-encryption-key-actions.ts'
import {
  activateApiEncryptionKey,
  addApiEncryptionKey,
  deactivateApiEncryptionKey,
  deleteApiEncryptionKey,
} from '../../keys/api-encryption-keys.ts'
import { NO_KEY_ACTIONS } from '../../keys/client-key-actions.ts'
import { Actions, representAction, representActions } from './actions.ts'
import { actorOf } from './authentication.ts'
import { ServerPath } from './authorization-servers.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { timeText } from './times.ts'

const Key = Type.Object({
  id: Type.String(),
  kid: Type.Union([Type.String(), Type.Null()]),
  thumbprint: Type.String(),
  jwk: Type.Record(Type.String(), Type.String()),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  actions: Actions,
})
const Keys = Type.Object({
  /** Whether access tokens are encrypted to the ACTIVE key. */
  encrypts: Type.Boolean(),
  jwksUri: Type.Union([Type.String(), Type.Null()]),
  limit: Type.Integer(),
  keys: Type.Array(Key),
  actions: Actions,
})
const NewKey = Type.Object({ jwk: Type.Object({}) }, { additionalProperties: false })
const KeyPath = Type.Object({ ...ServerPath.properties, key: Type.String({ maxLength: 100 }) })

/** `/authorization-servers/{id}/encryption-keys`: to what its access tokens are encrypted. */
export function encryptionKeys(app: NativeApp, authority: Authority): void {
  const ringOf = async (actor: Actor, id: string): Promise<Static<typeof Keys>> => {
    const ring = await apiEncryptionKeyActions(authority, actor, id)
    const mayManage = actor.roles.has('organization_admin')
    return {
      encrypts: ring.encrypts,
      jwksUri: ring.jwksUri,
      limit: ring.limit,
      keys: ring.keys.map(({ key, actions }) => ({
        id: key.id,
        kid: key.kid,
        thumbprint: key.thumbprint,
        jwk: { ...key.jwk, use: 'enc', ...(key.kid === null ? {} : { kid: key.kid }) },
        status: key.status,
        createdAt: timeText(key.createdAt),
        updatedAt: timeText(key.updatedAt),
        actions: representActions(mayManage ? actions : NO_KEY_ACTIONS),
      })),
      actions: { add: representAction(mayManage ? ring.add : 'permission_denied') },
    }
  }
  const oneOf = async (actor: Actor, serverId: string, id: string) => {
    const key = (await ringOf(actor, serverId)).keys.find((one) => one.id === id)
    if (key === undefined) throw new DomainError('not_found', { type: 'encryption_key', id })
    return key
  }

  app.get(
    '/authorization-servers/:id/encryption-keys',
    { schema: { params: ServerPath, response: { 200: Keys, ...RESPONSES } } },
    (request) => ringOf(readerOf(actorOf(request)), request.params.id),
  )

  app.post(
    '/authorization-servers/:id/encryption-keys',
    { schema: { params: ServerPath, body: NewKey, response: { 201: Key, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { id } = request.params
      const added = await addApiEncryptionKey(authority, actor, id, request.body.jwk)
      reply.code(201)
      return oneOf(actor, id, added.id)
    },
  )

  for (const [name, change] of [
    ['activate', activateApiEncryptionKey],
    ['deactivate', deactivateApiEncryptionKey],
  ] as const)
    app.post(
      `/authorization-servers/:id/encryption-keys/:key/${name}`,
      { schema: { params: KeyPath, response: { 200: Key, ...RESPONSES } } },
      async (request) => {
        const actor = administratorOf(actorOf(request))
        const { id, key } = request.params
        await change(authority, actor, id, key)
        return oneOf(actor, id, key)
      },
    )

  app.delete(
    '/authorization-servers/:id/encryption-keys/:key',
    { schema: { params: KeyPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, key } = request.params
      await deleteApiEncryptionKey(authority, administratorOf(actorOf(request)), id, key)
      return reply.code(204).send(null)
    },
  )
}
