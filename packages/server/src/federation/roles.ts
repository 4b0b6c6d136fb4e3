import { ORGANIZATION_ROLES } from '../directory/granted-roles.ts'
import { DomainError } from '../errors/index.ts'
import type { RoleAssignment } from './federation.ts'
import type { AskedAssignment } from './role-mappings.ts'

/** Roles of a group are told by their form: what each of them allows is for the clusters to know. */
const GROUP_ROLE = /^GROUP_[A-Z_]{1,60}$/
const OBJECT_ID = /^[0-9a-f]{24}$/

/** Whether a name is that of a role of an organization. */
export function isOrganizationRole(role: string): boolean {
  return ORGANIZATION_ROLES.some((known) => known === role)
}

/** @throws DomainError `post_auth_role_refused` for what is no role of an organization */
export function judgePostAuthRoles(roles: readonly string[]): readonly string[] {
  for (const role of roles)
    if (!isOrganizationRole(role)) throw new DomainError('post_auth_role_refused', { role })
  return [...new Set(roles)]
}

/**
 * The roles that a mapping of an organization gives.
 *
 * @throws DomainError `role_unknown`, `role_needs_organization`, `role_needs_group`, `role_of_another_organization`,
 *   `role_mapping_without_organization_role`
 */
export function judgeAssignments(
  organizationId: string,
  asked: readonly AskedAssignment[],
): readonly RoleAssignment[] {
  const assignments = new Map<string, RoleAssignment>()
  for (const each of asked) {
    const assignment = judgeAssignment(organizationId, each)
    assignments.set(JSON.stringify(assignment), assignment)
  }
  const given = [...assignments.values()]
  if (!given.some((one) => 'orgId' in one)) throw new DomainError('role_mapping_without_organization_role')
  return given
}

function judgeAssignment(organizationId: string, { role, orgId, groupId }: AskedAssignment): RoleAssignment {
  // Clients of Atlas send an empty string for what they leave out.
  const [organization, group] = [orgId || undefined, groupId || undefined]
  if (isOrganizationRole(role)) {
    if (organization === undefined || group !== undefined)
      throw new DomainError('role_needs_organization', { role })
    if (organization !== organizationId) throw new DomainError('role_of_another_organization', { role })
    return { role, orgId: organization }
  }
  if (!GROUP_ROLE.test(role)) throw new DomainError('role_unknown', { role })
  if (group === undefined || organization !== undefined || !OBJECT_ID.test(group))
    throw new DomainError('role_needs_group', { role })
  return { role, groupId: group }
}
