import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { findFederationOrganization } from '../store/queries/federations.ts'
import {
  deleteRoleMapping as deleteRow,
  insertRoleMapping,
  listRoleMappings as listRows,
  updateRoleMapping,
} from '../store/queries/role-mappings.ts'
import {
  type RoleAssignment,
  type RoleMapping,
  readConnectedOrganization,
  readRoleMapping,
} from './federation.ts'
import { announce, readAsMember, requireOwn, writeAsMember } from './members.ts'
import { judgeAssignments } from './roles.ts'
import { tellTerms } from './trust.ts'

/** What a role mapping says. */
export interface RoleMappingSettings {
  readonly externalGroupName: string
  readonly roleAssignments: readonly AskedAssignment[]
}

/** A role as it is asked for: what it is given in is judged with the role. */
export interface AskedAssignment {
  readonly role: string
  readonly orgId?: string | null | undefined
  readonly groupId?: string | null | undefined
}

/**
 * Of one connected organization, in the order in which they were made.
 *
 * @throws DomainError `not_found`, `permission_denied` for another organization's
 */
export function listRoleMappings(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
): Promise<readonly RoleMapping[]> {
  return readAsMember(authority, actor, federationId, async (tx) => {
    await requireConnected(tx, actor, organizationId)
    return (await listRows(tx, organizationId)).map(readRoleMapping)
  })
}

/** @throws DomainError `not_found`, `permission_denied` */
export async function getRoleMapping(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
  id: string,
): Promise<RoleMapping> {
  const mappings = await listRoleMappings(authority, actor, federationId, organizationId)
  return mappings.find((mapping) => mapping.id === id) ?? notFound(id)
}

/**
 * @throws DomainError `not_found`, `permission_denied`, `role_mapping_group_taken`, and what `judgeAssignments` finds
 */
export async function createRoleMapping(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
  settings: RoleMappingSettings,
): Promise<RoleMapping> {
  const assignments = judgeAssignments(organizationId, settings.roleAssignments)
  return writeAsMember(authority, actor, federationId, async (tx) => {
    await requireConnected(tx, actor, organizationId)
    const row = await insertMapping(authority, tx, organizationId, settings.externalGroupName, assignments)
    await tell(authority, tx, actor, 'role_mapping.created', organizationId, row)
    return row
  })
}

/** Replaces a role mapping whole. @throws DomainError as `createRoleMapping` */
export async function replaceRoleMapping(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
  id: string,
  { externalGroupName, roleAssignments }: RoleMappingSettings,
): Promise<RoleMapping> {
  const assignments = judgeAssignments(organizationId, roleAssignments)
  return writeAsMember(authority, actor, federationId, async (tx) => {
    await requireConnected(tx, actor, organizationId)
    const others = (await listRows(tx, organizationId)).filter((row) => row.id !== id)
    if (others.some((row) => row.external_group_name === externalGroupName))
      throw new DomainError('role_mapping_group_taken', { group: externalGroupName })
    const change = {
      external_group_name: externalGroupName,
      role_assignments: JSON.stringify(assignments),
    }
    if (!(await updateRoleMapping(tx, organizationId, id, change))) notFound(id)
    const mapping = { id, externalGroupName, roleAssignments: assignments }
    await tell(authority, tx, actor, 'role_mapping.updated', organizationId, mapping)
    return mapping
  })
}

/** @throws DomainError `not_found`, `permission_denied` */
export function deleteRoleMapping(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
  id: string,
): Promise<void> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    await requireConnected(tx, actor, organizationId)
    const row = (await listRows(tx, organizationId)).find((one) => one.id === id)
    if (row === undefined || !(await deleteRow(tx, organizationId, id))) return notFound(id)
    await tell(authority, tx, actor, 'role_mapping.deleted', organizationId, readRoleMapping(row))
  })
}

/** Adds a mapping in a federation's transaction. @throws DomainError `role_mapping_group_taken` */
export async function insertMapping(
  authority: Pick<Authority, 'clock'>,
  tx: WriteTx,
  organizationId: string,
  externalGroupName: string,
  roleAssignments: readonly RoleAssignment[],
): Promise<RoleMapping> {
  const id = newObjectId()
  const isNew = await insertRoleMapping(tx, {
    id,
    organization_id: organizationId,
    external_group_name: externalGroupName,
    role_assignments: JSON.stringify(roleAssignments),
    created_at: authority.clock.now(),
  })
  if (!isNew) throw new DomainError('role_mapping_group_taken', { group: externalGroupName })
  return { id, externalGroupName, roleAssignments }
}

async function requireConnected(tx: ReadTx, actor: Actor, organizationId: string): Promise<void> {
  if ((await findFederationOrganization(tx, organizationId)) === undefined)
    throw new DomainError('not_found', { type: 'organization', id: organizationId })
  requireOwn(actor, organizationId)
}

async function tell(
  authority: Pick<Authority, 'clock'>,
  tx: WriteTx,
  actor: Actor,
  kind: 'role_mapping.created' | 'role_mapping.updated' | 'role_mapping.deleted',
  organizationId: string,
  { id, externalGroupName, roleAssignments }: RoleMapping,
): Promise<void> {
  const content = {
    kind,
    subject: { role_mapping: id, organization: organizationId },
    actor: entryActor(actor),
    data: { externalGroupName, roleAssignments: roleAssignments.map((one) => ({ ...one })) },
  }
  await announce(tx, content, authority.clock.now(), [organizationId])
  const row = await findFederationOrganization(tx, organizationId)
  if (row !== undefined)
    await tellTerms(authority, tx, actor, organizationId, readConnectedOrganization(row, []))
}

function notFound(id: string): never {
  throw new DomainError('not_found', { type: 'role_mapping', id })
}
