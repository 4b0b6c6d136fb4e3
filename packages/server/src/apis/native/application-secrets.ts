import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { revealClientSecret } from '../../directory/client-secret-reveal.ts'
import {
  activateClientSecret,
  addClientSecret,
  type ClientSecret,
  deactivateClientSecret,
  deleteClientSecret,
  listClientSecrets,
  secretRefusals,
} from '../../directory/client-secrets.ts'
import type { ErrorCode } from '../../errors/index.ts'
import { Actions, representActions } from './actions.ts'
import { ApplicationPath } from './application-shown.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { timeText } from './times.ts'

const Secret = Type.Object({
  id: Type.String(),
  /** Tells two secrets apart; of no use to whoever wants the value. */
  secretHash: Type.String(),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  actions: Actions,
})
const Secrets = Type.Object({ items: Type.Array(Secret) })
const WithValue = Type.Object({ ...Secret.properties, value: Type.String() })
const Value = Type.Object({ value: Type.String() })
const SecretPath = Type.Object({ ...ApplicationPath.properties, secret: Type.String({ maxLength: 100 }) })

/** `/applications/{id}/secrets`. Values are told when they are made, and again to an administrator who asks. */
export function applicationSecrets(app: NativeApp, authority: Authority): void {
  app.get(
    '/applications/:id/secrets',
    { schema: { params: ApplicationPath, response: { 200: Secrets, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const secrets = await listClientSecrets(authority, actor, request.params.id)
      const mayManage = actor.roles.has('organization_admin')
      return { items: secrets.map((secret) => represent(secret, secrets, mayManage)) }
    },
  )

  app.post(
    '/applications/:id/secrets',
    { schema: { params: ApplicationPath, response: { 201: WithValue, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { id } = request.params
      const { secret, value } = await addClientSecret(authority, actor, id, {})
      reply.code(201).header('cache-control', 'no-store')
      const secrets = await listClientSecrets(authority, actor, id)
      return { ...represent(secret, secrets, true), value: value.reveal() }
    },
  )

  app.post(
    '/applications/:id/secrets/:secret/reveal',
    { schema: { params: SecretPath, response: { 200: Value, ...RESPONSES } } },
    async (request, reply) => {
      const { id, secret } = request.params
      const value = await revealClientSecret(authority, administratorOf(actorOf(request)), id, secret)
      reply.header('cache-control', 'no-store')
      return { value: value.reveal() }
    },
  )

  for (const [name, change] of [
    ['activate', activateClientSecret],
    ['deactivate', deactivateClientSecret],
  ] as const)
    app.post(
      `/applications/:id/secrets/:secret/${name}`,
      { schema: { params: SecretPath, response: { 200: Secret, ...RESPONSES } } },
      async (request) => {
        const actor = administratorOf(actorOf(request))
        const { id, secret } = request.params
        const changed = await change(authority, actor, id, secret)
        return represent(changed, await listClientSecrets(authority, actor, id), true)
      },
    )

  app.delete(
    '/applications/:id/secrets/:secret',
    { schema: { params: SecretPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, secret } = request.params
      await deleteClientSecret(authority, administratorOf(actorOf(request)), id, secret)
      return reply.code(204).send(null)
    },
  )
}

function represent(
  secret: ClientSecret,
  all: readonly ClientSecret[],
  mayManage: boolean,
): Static<typeof Secret> {
  const { id, secretHash, status, createdAt, updatedAt } = secret
  const refusals: Readonly<Record<string, ErrorCode | null>> = {
    reveal: null,
    ...secretRefusals(all, secret),
  }
  const denied = Object.keys(refusals).map((name) => [name, 'permission_denied'] as const)
  return {
    id,
    secretHash,
    status,
    createdAt: timeText(createdAt),
    updatedAt: timeText(updatedAt),
    actions: representActions(mayManage ? refusals : Object.fromEntries(denied)),
  }
}
