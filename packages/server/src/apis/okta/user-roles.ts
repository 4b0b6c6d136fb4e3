import { Type } from 'typebox'
import type { Role } from '../../authority/index.ts'
import { grantRole, listRoles, type RoleGrant, withdrawRole } from '../../directory/roles-of-users.ts'
import { DomainError } from '../../errors/index.ts'
import type { OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

/**
 * Okta's name for each role that it has one for. An installation's administrator is not a role inside an
 * organization, and is neither shown nor given here.
 */
const TYPES = [
  { role: 'organization_admin', type: 'SUPER_ADMIN', label: 'Super Administrator' },
  { role: 'organization_reader', type: 'READ_ONLY_ADMIN', label: 'Read-Only Administrator' },
] as const satisfies { role: Role; type: string; label: string }[]

const Assignment = Type.Object(
  { type: Type.Enum(TYPES.map(({ type }) => type)) },
  { additionalProperties: false },
)
const User = Type.Object({ userId: Type.String() })
const OfUser = Type.Object({ userId: Type.String(), roleId: Type.String() })
const about = 'role'

/** `/users/{userId}/roles`. A role that a user has is known by its type. */
export const userRoles: OktaResource = (okta, authority) => {
  okta.route('GET /users/{userId}/roles', {
    requires: 'okta.roles.read',
    about,
    params: User,
    run: ({ actor, params }) => listRoles(authority, actor, params.userId),
    answer: (grants) => grants.flatMap(represent),
  })

  okta.route('POST /users/{userId}/roles', {
    requires: 'okta.roles.manage',
    about,
    params: User,
    body: Assignment,
    run: ({ actor, params, body }) => grantRole(authority, actor, params.userId, roleOf(body.type)),
    status: 201,
    answer: (grant) => represent(grant)[0],
  })

  okta.route('GET /users/{userId}/roles/{roleId}', {
    requires: 'okta.roles.read',
    about,
    params: OfUser,
    async run({ actor, params: { userId, roleId } }) {
      const role = roleOf(roleId)
      const grant = (await listRoles(authority, actor, userId)).find((candidate) => candidate.role === role)
      if (grant === undefined) throw new DomainError('not_found', { type: 'role', id: roleId })
      return grant
    },
    answer: (grant) => represent(grant)[0],
  })

  okta.route('DELETE /users/{userId}/roles/{roleId}', {
    requires: 'okta.roles.manage',
    about,
    params: OfUser,
    run: ({ actor, params }) => withdrawRole(authority, actor, params.userId, roleOf(params.roleId)),
    status: 204,
  })
}

/** @throws DomainError `not_found` */
function roleOf(type: string): Role {
  const known = TYPES.find((candidate) => candidate.type === type)
  if (known === undefined) throw new DomainError('not_found', { type: 'role', id: type })
  return known.role
}

/** One representation, or none for a role that Okta has no name for. */
function represent({ role, grantedAt }: RoleGrant) {
  return TYPES.filter((candidate) => candidate.role === role).map(({ type, label }) => ({
    id: type,
    label,
    type,
    status: 'ACTIVE',
    created: oktaTime(grantedAt),
    lastUpdated: oktaTime(grantedAt),
    assignmentType: 'USER',
  }))
}
