import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { GroupMembers, Groups } from '../tables/groups.ts'

export type GroupRow = Selectable<Groups>
export type GroupMemberRow = Selectable<GroupMembers>

/** @returns false where the organization has a group of this name */
export async function insertGroup(tx: WriteTx, row: Omit<GroupRow, 'organization_id'>): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('groups')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findGroup(tx: ReadTx, id: string): Promise<GroupRow | undefined> {
  return tx.db
    .selectFrom('groups')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

export function findGroupByName(tx: ReadTx, name: string): Promise<GroupRow | undefined> {
  return tx.db
    .selectFrom('groups')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('name', '=', name)
    .executeTakeFirst()
}

/** In order of creation. An organization has a bounded number of them. */
export function listGroups(tx: ReadTx): Promise<GroupRow[]> {
  return tx.db
    .selectFrom('groups')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function renameGroup(tx: WriteTx, id: string, name: string): Promise<void> {
  await tx.db
    .updateTable('groups')
    .set({ name })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

/** @returns false where there is no such group */
export async function deleteGroup(tx: WriteTx, id: string): Promise<boolean> {
  const organizationId = organizationOf(tx)
  await tx.db
    .deleteFrom('group_members')
    .where('organization_id', '=', organizationId)
    .where('group_id', '=', id)
    .execute()
  const deleted = await tx.db
    .deleteFrom('groups')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}
