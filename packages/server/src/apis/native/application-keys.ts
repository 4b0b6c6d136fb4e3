import { Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { clientKeyActions, NO_KEY_ACTIONS } from '../../keys/client-key-actions.ts'
import {
  activateClientKey,
  addClientKey,
  deactivateClientKey,
  deleteClientKey,
} from '../../keys/client-keys.ts'
import { Actions, representAction, representActions } from './actions.ts'
import { ApplicationPath } from './application-shown.ts'
import { actorOf } from './authentication.ts'
import { KeyShown, SubmittedKey, showClientKey, submittedKeyOf } from './client-key-shown.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Keys = Type.Object({
  /** False where the client publishes its keys at `jwksUri`: they are not kept here then. */
  managed: Type.Boolean(),
  jwksUri: Type.Union([Type.String(), Type.Null()]),
  signing: Type.Array(KeyShown),
  encryption: Type.Array(KeyShown),
  /** Whether another key may be added. */
  actions: Actions,
})
const KeyPath = Type.Object({ ...ApplicationPath.properties, key: Type.String({ maxLength: 100 }) })

/** `/applications/{id}/keys`: both rings, each key with what may be done with it. `{key}` is a key's id. */
export function applicationKeys(app: NativeApp, authority: Authority): void {
  const ringsOf = async (actor: Actor, applicationId: string) => {
    const rings = await clientKeyActions(authority, actor, applicationId)
    const mayManage = actor.roles.has('organization_admin')
    const keys = rings.keys.map(({ key, actions }) =>
      showClientKey(key, representActions(mayManage ? actions : NO_KEY_ACTIONS)),
    )
    return { jwksUri: rings.jwksUri, add: mayManage ? rings.add : ('permission_denied' as const), keys }
  }
  const oneOf = async (actor: Actor, applicationId: string, id: string) => {
    const key = (await ringsOf(actor, applicationId)).keys.find((one) => one.id === id)
    if (key === undefined) throw new DomainError('not_found', { type: 'client_key', id })
    return key
  }

  app.get(
    '/applications/:id/keys',
    { schema: { params: ApplicationPath, response: { 200: Keys, ...RESPONSES } } },
    async (request) => {
      const { jwksUri, add, keys } = await ringsOf(readerOf(actorOf(request)), request.params.id)
      return {
        managed: jwksUri === null,
        jwksUri,
        signing: keys.filter(({ use }) => use === 'sig'),
        encryption: keys.filter(({ use }) => use === 'enc'),
        actions: { add: representAction(add) },
      }
    },
  )

  app.post(
    '/applications/:id/keys',
    { schema: { params: ApplicationPath, body: SubmittedKey, response: { 201: KeyShown, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { id } = request.params
      const key = await addClientKey(authority, actor, id, submittedKeyOf(request.body))
      reply.code(201)
      return oneOf(actor, id, key.id)
    },
  )

  for (const [name, change] of [
    ['activate', activateClientKey],
    ['deactivate', deactivateClientKey],
  ] as const)
    app.post(
      `/applications/:id/keys/:key/${name}`,
      { schema: { params: KeyPath, response: { 200: KeyShown, ...RESPONSES } } },
      async (request) => {
        const actor = administratorOf(actorOf(request))
        const { id, key } = request.params
        await change(authority, actor, id, key)
        return oneOf(actor, id, key)
      },
    )

  app.delete(
    '/applications/:id/keys/:key',
    { schema: { params: KeyPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, key } = request.params
      await deleteClientKey(authority, administratorOf(actorOf(request)), id, key)
      return reply.code(204).send(null)
    },
  )
}
