import { type Static, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { listUsers } from '../../directory/users.ts'
import { userCondition } from '../../directory/users-search.ts'
import { listIssuerUrls } from '../../revocation/issuer-urls.ts'
import { revokeEverythingOf } from '../../revocation/user-sessions.ts'
import { RequestRefused } from './request-refused.ts'
import type { OktaResource } from './route.ts'

const Text = Type.String({ minLength: 1, maxLength: 1024 })

/** RFC 9493: who is meant, in one of the formats that a user of ours can be known by. */
const Subject = Type.Union([
  Type.Object({ format: Type.Literal('opaque'), id: Text }),
  Type.Object({ format: Type.Literal('iss_sub'), iss: Text, sub: Text }),
  Type.Object({ format: Type.Literal('email'), email: Text }),
])
const Body = Type.Object({
  sub_id: Type.Union([Subject, Type.Object({ format: Type.String({ maxLength: 64 }) })]),
})
const about = 'global-token-revocation'

/** `POST /oauth2/v1/global-token-revocation`: signs a user out of everything, by one `user.revoked`. */
export const globalTokenRevocation: OktaResource = (okta, authority) => {
  okta.route('POST /', {
    requires: 'okta.universalLogout.manage',
    about,
    body: Body,
    async run({ actor, body }) {
      await revokeEverythingOf(authority, actor, await userMeant(authority, actor, body.sub_id))
    },
    status: 204,
  })
}

/** @throws RequestRefused 404 for nobody we know, 422 for a subject that cannot be told from others */
async function userMeant(
  authority: Authority,
  actor: Actor,
  subject: Static<typeof Body>['sub_id'],
): Promise<string> {
  // The id is exact: `me` and logins are other ways of naming, which a caller must not fall into.
  if (subject.format === 'opaque' && 'id' in subject) return onlyUser(authority, actor, 'id', subject.id)
  if (subject.format === 'iss_sub' && 'iss' in subject) {
    const own = await listIssuerUrls(authority, actor)
    if (!own.includes(subject.iss)) throw unknown()
    return onlyUser(authority, actor, 'id', subject.sub)
  }
  if (subject.format === 'email' && 'email' in subject)
    return onlyUser(authority, actor, 'profile.email', subject.email)
  throw new RequestRefused({
    code: 'E0000001',
    about,
    causes: ['sub_id: must be of the format opaque, iss_sub or email, with its members.'],
  })
}

async function onlyUser(
  authority: Authority,
  actor: Actor,
  attribute: 'id' | 'profile.email',
  value: string,
): Promise<string> {
  const condition = userCondition({ search: `${attribute} eq ${JSON.stringify(value)}` })
  const [user, another] = await listUsers(authority, actor, { condition, limit: 1 })
  if (user === undefined) throw unknown()
  if (another !== undefined)
    throw new RequestRefused({
      code: 'E0000001',
      about,
      causes: ['sub_id: more than one user has this address; name the user by id.'],
      status: 422,
    })
  return user.id
}

function unknown(): RequestRefused {
  return new RequestRefused({ code: 'E0000007', about: 'Resource not found' })
}
