import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { UserRoles, UserStatus } from '../tables/users.ts'

export type UserRoleRow = Selectable<UserRoles>

/** The newest last. */
export function listRolesOf(tx: ReadTx, userId: string): Promise<UserRoleRow[]> {
  return tx.db
    .selectFrom('user_roles')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('user_id', '=', userId)
    .orderBy('granted_at')
    .orderBy('role')
    .execute()
}

/** @returns false where the user has the role already */
export async function insertRole(tx: WriteTx, userId: string, role: string, at: number): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('user_roles')
    .values({ organization_id: organizationOf(tx), user_id: userId, role, granted_at: at })
    .onConflict((conflict) => conflict.columns(['organization_id', 'user_id', 'role']).doNothing())
    .returning('role')
    .executeTakeFirst()
  return inserted !== undefined
}

/** @returns false where the user has no such role */
export async function deleteRole(tx: WriteTx, userId: string, role: string): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('user_roles')
    .where('organization_id', '=', organizationOf(tx))
    .where('user_id', '=', userId)
    .where('role', '=', role)
    .returning('role')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Who has had the role for longest, of those with a status among these. */
export async function firstWithRole(
  tx: ReadTx,
  role: string,
  statuses: readonly UserStatus[],
): Promise<{ readonly id: string; readonly login: string } | undefined> {
  return tx.db
    .selectFrom('user_roles')
    .innerJoin('users', (join) =>
      join
        .onRef('users.organization_id', '=', 'user_roles.organization_id')
        .onRef('users.id', '=', 'user_roles.user_id'),
    )
    .select(['users.id', 'users.login'])
    .where('user_roles.organization_id', '=', organizationOf(tx))
    .where('user_roles.role', '=', role)
    .where('users.status', 'in', statuses)
    .orderBy('user_roles.granted_at')
    .orderBy('users.id')
    .executeTakeFirst()
}

/** Whether somebody else than this user has the role and a status among these. */
export async function anotherHasRole(
  tx: ReadTx,
  userId: string,
  role: string,
  statuses: readonly UserStatus[],
): Promise<boolean> {
  const other = await tx.db
    .selectFrom('user_roles')
    .innerJoin('users', (join) =>
      join
        .onRef('users.organization_id', '=', 'user_roles.organization_id')
        .onRef('users.id', '=', 'user_roles.user_id'),
    )
    .select('users.id')
    .where('user_roles.organization_id', '=', organizationOf(tx))
    .where('user_roles.role', '=', role)
    .where('user_roles.user_id', '!=', userId)
    .where('users.status', 'in', statuses)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}
