import type { Actor, Authority } from '../../authority/index.ts'
import type { GroupRole } from '../../directory/granted-roles.ts'
import { rolesInGroup } from '../../directory/group-members.ts'
import { getGroup } from '../../directory/groups.ts'
import { DomainError } from '../../errors/index.ts'

/** What an operation asks of its caller, in the organization or group that its path names. */
export type Need = 'member' | 'reader' | 'owner'

type Params = Readonly<Record<string, string>>

/** Refuses a caller who may not. Another organization's things do not exist. */
export type Permission = (actor: Actor, params: Params, authority: Authority) => Promise<void>

/** Whoever has a good credential. */
export const anybody: Permission = async () => {}

/** @throws DomainError `not_found` for another organization, `permission_denied` */
export function inOrganization(need: Need): Permission {
  return async (actor, { orgId = '' }) => {
    if (orgId !== actor.organizationId)
      throw new DomainError('not_found', { type: 'organization', id: orgId })
    requireRole(actor, need)
  }
}

/** In the caller's own organization, where the path names none. @throws DomainError `permission_denied` */
export function inOwnOrganization(need: Need): Permission {
  return async (actor) => requireRole(actor, need)
}

/**
 * In a group: by a role in its organization, or by one of these in the group itself.
 *
 * @throws DomainError `not_found` for a group of another organization, `permission_denied`
 */
export function inGroup(need: Need, ...roles: readonly GroupRole[]): Permission {
  return async (actor, { groupId = '' }, authority) => {
    await getGroup(authority, actor, groupId)
    const own = await rolesInGroup(authority, actor, groupId)
    const isEnough = need === 'reader' ? own.length > 0 : roles.some((role) => own.includes(role))
    if (!isEnough) requireRole(actor, need)
  }
}

function requireRole({ roles }: Actor, need: Need): void {
  if (need === 'member' || roles.has('organization_admin')) return
  if (need === 'reader' && roles.has('organization_reader')) return
  throw new DomainError('permission_denied')
}
