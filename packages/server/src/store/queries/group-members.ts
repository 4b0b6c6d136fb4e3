import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { GroupMemberRow } from './groups.ts'

/** Gives a credential its roles in a group, in place of those that it had there. */
export async function saveGroupMember(
  tx: WriteTx,
  row: Omit<GroupMemberRow, 'organization_id'>,
): Promise<void> {
  const { roles } = row
  await tx.db
    .insertInto('group_members')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'group_id', 'credential_id']).doUpdateSet({ roles }),
    )
    .execute()
}

/** Of a group, of a credential, of one in the other, or of the organization. */
export function listGroupMembers(
  tx: ReadTx,
  of: { readonly groupId?: string; readonly credentialId?: string } = {},
): Promise<GroupMemberRow[]> {
  let query = tx.db
    .selectFrom('group_members')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('group_id')
    .orderBy('credential_id')
  if (of.groupId !== undefined) query = query.where('group_id', '=', of.groupId)
  if (of.credentialId !== undefined) query = query.where('credential_id', '=', of.credentialId)
  return query.execute()
}

/** Takes a credential out of one group, or out of all. @returns how many it was in */
export async function deleteGroupMember(
  tx: WriteTx,
  credentialId: string,
  groupId?: string,
): Promise<number> {
  let query = tx.db
    .deleteFrom('group_members')
    .where('organization_id', '=', organizationOf(tx))
    .where('credential_id', '=', credentialId)
  if (groupId !== undefined) query = query.where('group_id', '=', groupId)
  return (await query.returning('group_id').execute()).length
}
