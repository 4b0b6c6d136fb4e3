import { type Static, Type } from 'typebox'
import { preparePassword } from '../../directory/passwords.ts'
import { createUser, getUser, listUsers, type User } from '../../directory/users.ts'
import { userCondition } from '../../directory/users-search.ts'
import { updateUser } from '../../revocation/user-credentials.ts'
import { deleteUser } from '../../revocation/user-lifecycle.ts'
import { Secret } from '../../secrets/index.ts'
import { answerPage, cutPage, PAGE_PARAMETERS, pageRequest } from './pagination.ts'
import { RequestRefused } from './request-refused.ts'
import type { OktaCall, OktaResource } from './route.ts'
import { NewUserBody, ReplaceUserBody, UpdateUserBody } from './user-bodies.ts'
import { representUser } from './user-representation.ts'

const Path = Type.Object({ userId: Type.String() })
const Creation = Type.Object({
  activate: Type.Optional(Type.Boolean()),
  nextLogin: Type.Optional(Type.Literal('changePassword')),
})
const List = Type.Object({
  ...PAGE_PARAMETERS,
  q: Type.Optional(Type.String({ maxLength: 200 })),
  search: Type.Optional(Type.String()),
  filter: Type.Optional(Type.String()),
})
const about = 'user'

const DEFAULT_LIMIT = 200
/** Okta answers a search by `q` with ten unless told. */
const DEFAULT_LIMIT_Q = 10

const represent = (user: User, { publicUrl }: Pick<OktaCall, 'publicUrl'>) => representUser(user, publicUrl)

/** `/users`: creating, finding, changing and deleting. The life cycle is in `user-lifecycle.ts`. */
export const users: OktaResource = (okta, authority) => {
  okta.route('POST /users', {
    requires: 'okta.users.manage',
    about,
    query: Creation,
    body: NewUserBody,
    async run({ actor, query, body }) {
      const password = passwordIn(body)
      const { activate = true, nextLogin } = query
      if (nextLogin !== undefined && password === undefined) throw new RequestRefused({ code: 'E0000124' })
      if (nextLogin !== undefined && !activate) throw new RequestRefused({ code: 'E0000125' })
      const { profile } = body
      return createUser(authority, actor, {
        profile,
        activate,
        expirePassword: nextLogin !== undefined,
        ...(password === undefined ? {} : { password: await preparePassword(password, profile.login) }),
      })
    },
    answer: represent,
  })

  okta.route('GET /users', {
    requires: 'okta.users.read',
    about,
    query: List,
    async run({ actor, query: { q, search, filter, limit, after } }) {
      if (search !== undefined && filter !== undefined)
        throw new RequestRefused({ code: 'E0000031', causes: ['Give either search or filter.'] })
      const expression = search ?? filter
      const request = pageRequest({ limit, after }, q === undefined ? DEFAULT_LIMIT : DEFAULT_LIMIT_Q)
      const condition = userCondition({
        ...(expression === undefined ? {} : { search: expression }),
        ...(q === undefined ? {} : { q }),
      })
      return cutPage(
        await listUsers(authority, actor, { condition, ...request }),
        request,
        ({ createdAt, id }) => ({ createdAt, id }),
      )
    },
    answer: (page, call) => answerPage(call, page, (user) => represent(user, call)),
  })

  okta.route('GET /users/{userId}', {
    requires: 'okta.users.read',
    about,
    params: Path,
    run: ({ actor, params }) => getUser(authority, actor, params.userId),
    answer: represent,
  })

  okta.route('POST /users/{userId}', {
    requires: 'okta.users.manage',
    about,
    params: Path,
    body: UpdateUserBody,
    run: ({ actor, params, body }) =>
      updateUser(authority, actor, params.userId, {
        ...(body.profile === undefined ? {} : { profile: { merge: body.profile } }),
        ...passwordMember(body),
      }),
    answer: represent,
  })

  okta.route('PUT /users/{userId}', {
    requires: 'okta.users.manage',
    about,
    params: Path,
    body: ReplaceUserBody,
    run: ({ actor, params, body }) =>
      updateUser(authority, actor, params.userId, {
        profile: { replace: body.profile },
        ...passwordMember(body),
      }),
    answer: represent,
  })

  okta.route('DELETE /users/{userId}', {
    requires: 'okta.users.manage',
    about,
    params: Path,
    run: ({ actor, params }) => deleteUser(authority, actor, params.userId),
    status: 204,
  })
}

function passwordIn({ credentials }: Pick<Static<typeof NewUserBody>, 'credentials'>): Secret | undefined {
  const password = credentials?.password
  return password !== undefined && 'value' in password ? new Secret(password.value) : undefined
}

function passwordMember(body: Pick<Static<typeof NewUserBody>, 'credentials'>): { password?: Secret } {
  const password = passwordIn(body)
  return password === undefined ? {} : { password }
}
