import { Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { ALL_ROLES } from '../../directory/roles.ts'
import { grantRole, listRoles, withdrawRole } from '../../directory/roles-of-users.ts'
import type { User } from '../../directory/users.ts'
import { DomainError } from '../../errors/index.ts'
import { updateUser } from '../../revocation/user-credentials.ts'
import {
  activateUser,
  deactivateUser,
  expirePassword,
  resetToTemporaryPassword,
  suspendUser,
  unsuspendUser,
} from '../../revocation/user-lifecycle.ts'
import { Secret } from '../../secrets/index.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { timeText } from './times.ts'
import { showUser, UserPath, UserShown } from './user-shown.ts'

const closed = { additionalProperties: false } as const
const Password = Type.Union([
  Type.Object(
    {
      password: Type.String({ minLength: 1, maxLength: 1024 }),
      /** At the next sign-in. */
      mustChange: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  Type.Object({ temporary: Type.Literal(true) }, closed),
])
const PasswordSet = Type.Object({ temporaryPassword: Type.Union([Type.String(), Type.Null()]) })
const Roles = Type.Object({
  items: Type.Array(Type.Object({ role: Type.Enum([...ALL_ROLES]), grantedAt: Type.String() })),
})
const RolePath = Type.Object({ ...UserPath.properties, role: Type.Enum([...ALL_ROLES]) })

const MOVES: Readonly<
  Record<string, (authority: Authority, actor: Actor, reference: string) => Promise<User>>
> = { suspend: suspendUser, unsuspend: unsuspendUser, disable: deactivateUser, enable: activateUser }

/** What happens to a user: suspended and back, disabled and back, another password, other roles. */
export function userLifecycle(app: NativeApp, authority: Authority): void {
  for (const [name, move] of Object.entries(MOVES))
    app.post(
      `/users/:id/${name}`,
      { schema: { params: UserPath, response: { 200: UserShown, ...RESPONSES } } },
      async (request) =>
        showUser(await move(authority, administratorOf(actorOf(request)), request.params.id)),
    )

  app.put(
    '/users/:id/password',
    { schema: { params: UserPath, body: Password, response: { 200: PasswordSet, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { body, params } = request
      reply.header('cache-control', 'no-store')
      if ('temporary' in body) {
        const { temporaryPassword } = await resetToTemporaryPassword(authority, actor, params.id)
        return { temporaryPassword: temporaryPassword.reveal() }
      }
      await updateUser(authority, actor, params.id, { password: new Secret(body.password) })
      if (body.mustChange) await expirePassword(authority, actor, params.id)
      return { temporaryPassword: null }
    },
  )

  app.get(
    '/users/:id/roles',
    { schema: { params: UserPath, response: { 200: Roles, ...RESPONSES } } },
    async (request) => {
      const grants = await listRoles(authority, readerOf(actorOf(request)), request.params.id)
      return { items: grants.map(({ role, grantedAt }) => ({ role, grantedAt: timeText(grantedAt) })) }
    },
  )

  app.put(
    '/users/:id/roles/:role',
    { schema: { params: RolePath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, role } = request.params
      await grantRole(authority, administratorOf(actorOf(request)), id, role).catch(unlessGranted)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/users/:id/roles/:role',
    { schema: { params: RolePath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, role } = request.params
      await withdrawRole(authority, administratorOf(actorOf(request)), id, role)
      return reply.code(204).send(null)
    },
  )
}

/** Who has the role already has what was asked for. */
function unlessGranted(failure: unknown): void {
  if (!(failure instanceof DomainError) || failure.code !== 'role_granted') throw failure
}
