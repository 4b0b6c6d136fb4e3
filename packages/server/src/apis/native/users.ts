import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { preparePassword } from '../../directory/passwords.ts'
import { listRoles } from '../../directory/roles-of-users.ts'
import { countPeople, listPeople, type PeopleSearch } from '../../directory/user-list.ts'
import { createUser, getUser, type User } from '../../directory/users.ts'
import { fold, UserProfile, UserProfileChange } from '../../directory/users-profile.ts'
import { readStatus, STATUSES } from '../../directory/users-status.ts'
import { DomainError } from '../../errors/index.ts'
import { userActions } from '../../revocation/user-actions.ts'
import { updateUser } from '../../revocation/user-credentials.ts'
import { deleteDisabledUser } from '../../revocation/user-lifecycle.ts'
import { Secret } from '../../secrets/index.ts'
import { Actions, representActions } from './actions.ts'
import { actorOf } from './authentication.ts'
import { readPlace, type SortedPlace, writePlace } from './cursors.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, pageOf, RESPONSES } from './responses.ts'
import { showUser, UserPath, UserShown } from './user-shown.ts'

const DEFAULT_LIMIT = 100
const closed = { additionalProperties: false } as const

const Search = {
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** One or several, separated by commas. */
  status: Type.Optional(
    Type.String({ pattern: `^(?:${STATUSES.join('|')})(?:,(?:${STATUSES.join('|')}))*$`, maxLength: 200 }),
  ),
  /** A filter expression, as in Okta's API. */
  search: Type.Optional(Type.String({ maxLength: 2_000 })),
}
const List = Type.Object(
  {
    ...Search,
    sort: Type.Optional(Type.Enum(['created', '-created', 'login', '-login'])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  closed,
)
const Count = Type.Object({ count: Type.Integer(), exact: Type.Boolean() })

const NewUser = Type.Object(
  {
    profile: UserProfile,
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    activate: Type.Optional(Type.Boolean()),
    mustChangePassword: Type.Optional(Type.Boolean()),
  },
  closed,
)
const Change = Type.Object({ profile: UserProfileChange }, closed)
const OneUser = Type.Object({
  ...UserShown.properties,
  isYou: Type.Boolean(),
  roles: Type.Array(Type.String()),
  actions: Actions,
})

/** `/users`: finding, creating, changing and deleting. What else happens to a user is in `user-lifecycle.ts`. */
export function users(app: NativeApp, authority: Authority): void {
  app.get(
    '/users',
    { schema: { querystring: List, response: { 200: pageOf(UserShown), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { sort = 'created', limit = DEFAULT_LIMIT, after } = request.query
      const byLogin = sort.endsWith('login')
      const place = after === undefined ? {} : { after: readPlace(after, byLogin ? 'string' : 'number') }
      const found = await listPeople(authority, actor, searchIn(request.query), { sort, limit, ...place })
      const { items, next } = cutPage(found, limit, (user) => writePlace(placeOf(user, byLogin)))
      return { items: items.map(showUser), next }
    },
  )

  app.get(
    '/users/count',
    { schema: { querystring: Type.Object(Search, closed), response: { 200: Count, ...RESPONSES } } },
    (request) => countPeople(authority, readerOf(actorOf(request)), searchIn(request.query)),
  )

  app.post(
    '/users',
    { schema: { body: NewUser, response: { 201: UserShown, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const user = await createUser(authority, actor, await draftIn(request.body))
      reply.code(201)
      return showUser(user)
    },
  )

  app.get(
    '/users/:id',
    { schema: { params: UserPath, response: { 200: OneUser, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const user = await getUser(authority, actor, request.params.id)
      const [roles, actions] = await Promise.all([
        listRoles(authority, actor, user.id),
        userActions(authority, actor, user.id),
      ])
      return {
        ...showUser(user),
        isYou: actor.userId === user.id,
        roles: roles.map(({ role }) => role),
        actions: representActions(actions),
      }
    },
  )

  app.patch(
    '/users/:id',
    { schema: { params: UserPath, body: Change, response: { 200: UserShown, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const change = { profile: { merge: request.body.profile } }
      return showUser(await updateUser(authority, actor, request.params.id, change))
    },
  )

  app.delete(
    '/users/:id',
    { schema: { params: UserPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteDisabledUser(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function searchIn({ q, status, search }: { q?: string; status?: string; search?: string }): PeopleSearch {
  return { q, search, statuses: status?.split(',').map(readStatus) }
}

function placeOf({ id, createdAt, profile }: User, byLogin: boolean): SortedPlace {
  return { key: byLogin ? fold(profile.login) : createdAt, id }
}

async function draftIn(body: Static<typeof NewUser>) {
  const { profile, password, activate = true, mustChangePassword = false } = body
  if (mustChangePassword && (password === undefined || !activate))
    throw new DomainError('invalid_request', {
      '/mustChangePassword': 'needs a password, and a user who is activated',
    })
  return {
    profile,
    activate,
    expirePassword: mustChangePassword,
    ...(password === undefined
      ? {}
      : { password: await preparePassword(new Secret(password), profile.login) }),
  }
}
