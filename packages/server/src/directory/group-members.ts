import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { deleteGroupMember, listGroupMembers, saveGroupMember } from '../store/queries/group-members.ts'
import { findGroup, type GroupMemberRow } from '../store/queries/groups.ts'
import type { ListOwner } from './access-lists.ts'
import {
  decodeGroupRoles,
  encodeGroupRoles,
  type GroupRole,
  refuseForHigherCredential,
} from './granted-roles.ts'

/** What a credential may do in a group. */
export interface Membership {
  readonly groupId: string
  readonly credentialId: string
  readonly roles: readonly GroupRole[]
}

export function membershipOf(row: GroupMemberRow): Membership {
  return {
    groupId: row.group_id,
    credentialId: row.credential_id,
    roles: decodeGroupRoles(row.roles),
  }
}

/** The groups that a credential is in. */
export async function membershipsOf(tx: ReadTx, credentialId: string): Promise<Membership[]> {
  return (await listGroupMembers(tx, { credentialId })).map(membershipOf)
}

/** What the caller may do in a group beside what it may do in the organization. */
export function rolesInGroup(
  authority: Authority,
  { organizationId, id }: Actor,
  groupId: string,
): Promise<readonly GroupRole[]> {
  return authority.store.read({ organizationId }, async (tx) => {
    const [member] = await listGroupMembers(tx, { groupId, credentialId: id })
    return member === undefined ? [] : decodeGroupRoles(member.roles)
  })
}

/**
 * Gives a credential its roles in a group, in place of those that it had there.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export async function joinGroup(
  tx: WriteTx,
  actor: Actor,
  member: ListOwner,
  { groupId, roles }: { readonly groupId: string; readonly roles: readonly GroupRole[] },
  at: number,
): Promise<void> {
  if ((await findGroup(tx, groupId)) === undefined)
    throw new DomainError('not_found', { type: 'group', id: groupId })
  refuseForHigherCredential(actor, member)
  await saveGroupMember(tx, {
    group_id: groupId,
    credential_id: member.id,
    roles: encodeGroupRoles(roles),
  })
  const subject = { [member.kind]: member.id, group: groupId }
  const data = { roles: [...roles] }
  await append(tx, { kind: `${member.kind}.group_joined`, subject, data, actor: entryActor(actor) }, at)
}

/** @throws DomainError `not_found` where the credential is not in the group, `permission_denied` */
export async function leaveGroup(
  tx: WriteTx,
  actor: Actor,
  member: ListOwner,
  groupId: string,
  at: number,
): Promise<void> {
  refuseForHigherCredential(actor, member)
  if ((await deleteGroupMember(tx, member.id, groupId)) === 0)
    throw new DomainError('not_found', { type: member.kind, id: member.id })
  const subject = { [member.kind]: member.id, group: groupId }
  await append(tx, { kind: `${member.kind}.group_left`, subject, actor: entryActor(actor) }, at)
}
