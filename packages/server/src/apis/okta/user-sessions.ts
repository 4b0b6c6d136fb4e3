import { Type } from 'typebox'
import { endUserSessions } from '../../revocation/user-sessions.ts'
import type { OktaResource } from './route.ts'

const User = Type.Object({ userId: Type.String() })
const Query = Type.Object({
  oauthTokens: Type.Optional(Type.Boolean()),
  /** No device is remembered here, so there is none to forget. */
  forgetDevices: Type.Optional(Type.Boolean()),
})

/** `DELETE /users/{userId}/sessions`: signs a user out, with or without what applications hold. */
export const userSessions: OktaResource = (okta, authority) => {
  okta.route('DELETE /users/{userId}/sessions', {
    requires: 'okta.users.manage',
    about: 'session',
    params: User,
    query: Query,
    run: ({ actor, params, query }) =>
      endUserSessions(authority, actor, params.userId, { tokens: query.oauthTokens === true }),
    status: 204,
  })
}
