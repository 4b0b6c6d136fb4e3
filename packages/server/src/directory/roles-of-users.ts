import { type Actor, type Authority, entryActor, type Role } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { anotherHasRole, deleteRole, insertRole, listRolesOf } from '../store/queries/user-roles.ts'
import type { UserRow } from '../store/queries/users.ts'
import { ALL_ROLES } from './roles.ts'
import { requireUserRow } from './users.ts'
import { ENABLED_STATUSES } from './users-status.ts'

/** A role that a user has. */
export interface RoleGrant {
  readonly role: Role
  /** Milliseconds since the epoch. */
  readonly grantedAt: number
}

/**
 * The roles of a user, the newest last.
 *
 * @throws DomainError `not_found`
 */
export function listRoles(authority: Authority, actor: Actor, reference: string): Promise<RoleGrant[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    const rows = await listRolesOf(tx, user.id)
    return rows.map((row) => ({ role: readRole(row.role), grantedAt: row.granted_at }))
  })
}

/**
 * Gives a user a role. Nobody gives more than they have themselves.
 *
 * @throws DomainError `not_found`, `permission_denied`, `role_granted`
 */
export async function grantRole(
  authority: Authority,
  actor: Actor,
  reference: string,
  role: Role,
): Promise<RoleGrant> {
  refuseAboveOwn(actor, role)
  const grantedAt = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    await addRole(tx, actor, user.id, role, grantedAt)
    return { role, grantedAt }
  })
}

/**
 * Gives a role inside a transaction, whoever asks: for the bootstrap of an organization.
 *
 * @throws DomainError `role_granted` where the user has it already
 */
export async function addRole(
  tx: WriteTx,
  actor: Actor,
  userId: string,
  role: Role,
  at: number,
): Promise<void> {
  if (!(await insertRole(tx, userId, role, at))) throw new DomainError('role_granted')
  await appendRoleChange(tx, actor, userId, { granted: role }, at)
}

/**
 * Takes a role from a user. Roles are read whenever a credential is used, so what acts for the user loses it at
 * once.
 *
 * @throws DomainError `not_found`, `permission_denied`, `user_is_last_administrator`
 */
export async function withdrawRole(
  authority: Authority,
  actor: Actor,
  reference: string,
  role: Role,
): Promise<void> {
  refuseAboveOwn(actor, role)
  const at = authority.clock.now()
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    if (role === 'organization_admin') await refuseForLastAdministrator(tx, user)
    if (!(await deleteRole(tx, user.id, role))) throw new DomainError('not_found', { type: 'role', id: role })
    await appendRoleChange(tx, actor, user.id, { withdrawn: role }, at)
  })
}

/**
 * Gives a user these roles of the organization and takes its others, because somebody else decides on them. What the
 * installation gave stays, and so does the last administrator.
 */
export async function decideRoles(
  tx: WriteTx,
  actor: Actor,
  user: UserRow,
  roles: ReadonlySet<Role>,
  at: number,
): Promise<void> {
  const before = await rolesOf(tx, user.id)
  for (const role of roles) if (!before.has(role)) await addRole(tx, actor, user.id, role, at)
  const isLast =
    before.has('organization_admin') &&
    !(await anotherHasRole(tx, user.id, 'organization_admin', ENABLED_STATUSES))
  for (const role of before) {
    const stays =
      roles.has(role) || role === 'installation_admin' || (role === 'organization_admin' && isLast)
    if (stays || !(await deleteRole(tx, user.id, role))) continue
    await appendRoleChange(tx, actor, user.id, { withdrawn: role }, at)
  }
}

/** The roles of a user of the transaction's organization. */
export async function rolesOf(tx: ReadTx, userId: string): Promise<ReadonlySet<Role>> {
  return readRoles((await listRolesOf(tx, userId)).map(({ role }) => role))
}

/** @throws Error when a row holds anything else than a role */
export function readRoles(names: readonly string[]): ReadonlySet<Role> {
  return new Set(names.map(readRole))
}

function readRole(name: string): Role {
  const known = ALL_ROLES.find((role) => role === name)
  if (known === undefined) throw new Error('a user has a role that this version does not know')
  return known
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

/** An administrator may do all that a reader may, so gives that too. */
function refuseAboveOwn({ roles }: Actor, role: Role): void {
  if (roles.has(role) || (role === 'organization_reader' && roles.has('organization_admin'))) return
  throw new DomainError('permission_denied')
}

/**
 * Stands before every change of a user: who could set the password of somebody with more rights would have them.
 *
 * @throws DomainError `permission_denied`
 */
export async function refuseForHigherUser(tx: ReadTx, actor: Actor, userId: string): Promise<void> {
  if (actor.type === 'system') return
  for (const role of await rolesOf(tx, userId)) refuseAboveOwn(actor, role)
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
