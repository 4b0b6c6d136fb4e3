import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Role } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { decodeRoles, encodeRoles } from './roles.ts'

/** What Atlas calls the roles that a credential may have in an organization. */
export const ORGANIZATION_ROLES = [
  'ORG_OWNER',
  'ORG_MEMBER',
  'ORG_GROUP_CREATOR',
  'ORG_BILLING_ADMIN',
  'ORG_BILLING_READ_ONLY',
  'ORG_STREAM_PROCESSING_ADMIN',
  'ORG_READ_ONLY',
] as const
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number]

/** The same in a group, as far as anything here depends on them; Atlas has more, about clusters. */
export const GROUP_ROLES = [
  'GROUP_OWNER',
  'GROUP_READ_ONLY',
  'GROUP_CLUSTER_MANAGER',
  'GROUP_DATA_ACCESS_ADMIN',
  'GROUP_DATA_ACCESS_READ_ONLY',
  'GROUP_DATA_ACCESS_READ_WRITE',
  'GROUP_STREAM_PROCESSING_OWNER',
  'GROUP_BACKUP_MANAGER',
  'GROUP_OBSERVABILITY_VIEWER',
  'GROUP_DATABASE_ACCESS_ADMIN',
  'GROUP_SEARCH_INDEX_EDITOR',
  'GROUP_ACCESS_MANAGER',
] as const
export type GroupRole = (typeof GROUP_ROLES)[number]

const organizationRoles = Compile(Type.Array(Type.Enum(ORGANIZATION_ROLES)))
const groupRoles = Compile(Type.Array(Type.Enum(GROUP_ROLES)))

/** What roles of Atlas's amount to here. Roles about clusters and bills amount to belonging to the organization. */
export function amountOf(granted: readonly OrganizationRole[]): readonly Role[] {
  if (granted.includes('ORG_OWNER')) return ['organization_admin', 'organization_reader']
  return granted.includes('ORG_READ_ONLY') ? ['organization_reader'] : []
}

/** The roles of a row by Atlas's names: as they were granted, or what its own roles amount to. */
export function grantedRolesOf(row: {
  readonly roles: string
  readonly granted_roles: string | null
}): readonly OrganizationRole[] {
  if (row.granted_roles !== null) return organizationRoles.Parse(JSON.parse(row.granted_roles))
  const roles = decodeRoles(row.roles)
  if (roles.has('organization_admin')) return ['ORG_OWNER']
  return roles.has('organization_reader') ? ['ORG_READ_ONLY'] : ['ORG_MEMBER']
}

/** The columns of a row for roles by Atlas's names; what the installation gave beside them stays with an owner. */
export function columnsOfRoles(
  granted: readonly OrganizationRole[],
  before: ReadonlySet<Role> = new Set(),
): { readonly roles: string; readonly granted_roles: string } {
  const kept: Role[] =
    granted.includes('ORG_OWNER') && before.has('installation_admin') ? ['installation_admin'] : []
  return {
    roles: JSON.stringify([...kept, ...amountOf(granted)]),
    granted_roles: JSON.stringify([...new Set(granted)]),
  }
}

/** The roles that a credential is made with. */
export interface FirstRoles {
  readonly roles: readonly Role[]
  /** By Atlas's names, where they were granted by those. */
  readonly granted?: readonly OrganizationRole[]
}

/** The columns of a new row for them. */
export function firstRoles({ roles, granted }: FirstRoles) {
  return granted === undefined
    ? { roles: encodeRoles(roles), granted_roles: null }
    : columnsOfRoles(granted, new Set(roles))
}

/** As a row of `group_members` keeps them. */
export function encodeGroupRoles(roles: readonly GroupRole[]): string {
  return JSON.stringify([...new Set(roles)])
}

/** @throws Error when the column holds anything else than roles of a group */
export function decodeGroupRoles(column: string): readonly GroupRole[] {
  return groupRoles.Parse(JSON.parse(column))
}

/**
 * Stands before every change of a credential: who could add a secret to one with more rights would have them.
 *
 * @throws DomainError `permission_denied`
 */
export function refuseForHigherCredential(actor: Actor, row: { readonly roles: string }): void {
  for (const role of decodeRoles(row.roles)) {
    const has =
      actor.roles.has(role) || (role === 'organization_reader' && actor.roles.has('organization_admin'))
    if (!has) throw new DomainError('permission_denied')
  }
}

/** Whether two lists hold the same roles, in whatever order. */
export function areSameRoles(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((role) => b.includes(role))
}
