import { type Actor, type Authority, entryActor, type Role } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { anotherHasRole, deleteRole, insertRole, listRolesOf } from '../store/queries/user-roles.ts'
import { findUser, type UserRow } from '../store/queries/users.ts'
import { ALL_ROLES } from './roles.ts'
import { ENABLED_STATUSES } from './users-status.ts'

/**
 * Gives a user a role. Nobody gives what they do not have themselves.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export function grantRole(authority: Authority, actor: Actor, userId: string, role: Role): Promise<void> {
  if (!actor.roles.has(role)) throw new DomainError('permission_denied')
  return authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    addRole(tx, actor, userId, role, authority.clock.now()),
  )
}

/** Gives a role inside a transaction, whoever asks: for the bootstrap of an organization. */
export async function addRole(
  tx: WriteTx,
  actor: Actor,
  userId: string,
  role: Role,
  at: number,
): Promise<void> {
  if ((await findUser(tx, userId)) === undefined)
    throw new DomainError('not_found', { type: 'user', id: userId })
  if (await insertRole(tx, userId, role, at)) await appendRoleChange(tx, actor, userId, { granted: role }, at)
}

/**
 * Takes a role from a user. Roles are read whenever a credential is used, so what acts for the user loses it at
 * once.
 *
 * @throws DomainError `not_found`, `permission_denied`, `user_is_last_administrator`
 */
export function withdrawRole(authority: Authority, actor: Actor, userId: string, role: Role): Promise<void> {
  if (!actor.roles.has(role)) throw new DomainError('permission_denied')
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const user = await findUser(tx, userId)
    if (user === undefined) throw new DomainError('not_found', { type: 'user', id: userId })
    if (role === 'organization_admin') await refuseForLastAdministrator(tx, user)
    if (await deleteRole(tx, userId, role)) await appendRoleChange(tx, actor, userId, { withdrawn: role }, at)
  })
}

/** The roles of a user of the transaction's organization. */
export async function rolesOf(tx: ReadTx, userId: string): Promise<ReadonlySet<Role>> {
  return readRoles(await listRolesOf(tx, userId))
}

/** @throws Error when a row holds anything else than a role */
export function readRoles(names: readonly string[]): ReadonlySet<Role> {
  return new Set(
    names.map((name) => {
      const known = ALL_ROLES.find((role) => role === name)
      if (known === undefined) throw new Error('a user has a role that this version does not know')
      return known
    }),
  )
}

/**
 * Stands before everything that disables a user: an organization without an administrator could only be helped
 * from the database. The head row is locked, so two administrators cannot disable each other.
 *
 * @throws DomainError `user_is_last_administrator`
 */
export async function refuseForLastAdministrator(tx: ReadTx, user: UserRow): Promise<void> {
  if (!ENABLED_STATUSES.includes(user.status)) return
  const roles = await rolesOf(tx, user.id)
  if (!roles.has('organization_admin')) return
  if (!(await anotherHasRole(tx, user.id, 'organization_admin', ENABLED_STATUSES)))
    throw new DomainError('user_is_last_administrator')
}

async function appendRoleChange(
  tx: WriteTx,
  actor: Actor,
  userId: string,
  roles: { readonly granted: Role } | { readonly withdrawn: Role },
  at: number,
): Promise<void> {
  await append(
    tx,
    { kind: 'user.updated', subject: { user: userId }, actor: entryActor(actor), data: { roles } },
    at,
  )
}
