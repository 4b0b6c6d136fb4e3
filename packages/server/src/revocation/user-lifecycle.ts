import { randomBytes } from 'node:crypto'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { preparePassword } from '../directory/passwords.ts'
import { refuseForHigherUser, refuseForLastAdministrator } from '../directory/roles-of-users.ts'
import { requireUserRow, type User, userOf } from '../directory/users.ts'
import { BLOCKED_STATUSES, nextStatus, type UserOperation } from '../directory/users-status.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import type { WriteTx } from '../store/index.ts'
import { deleteDeprovisionedUser, type UserRow } from '../store/queries/users.ts'
import type { UserStatus } from '../store/tables/users.ts'
import { changeUser, revokeUser, type UserRevocationCause } from './user-changes.ts'

/** Lets a user in: ACTIVE, or PROVISIONED while there is no password. */
export function activateUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'activate')
}

/** Starts an activation again that has not been finished. */
export function reactivateUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'reactivate')
}

/** Blocks a user and revokes all that was issued for the user. */
export function suspendUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'suspend', 'user.suspended')
}

/** Unblocks a user. What was revoked by the suspension stays revoked. */
export function unsuspendUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'unsuspend')
}

/** Blocks a user for good, forgets the password, and revokes all that was issued for the user. */
export function deactivateUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'deactivate', 'user.deactivated')
}

/** The password stays what it is, and must be changed at the next sign-in. Revokes nothing. */
export function expirePassword(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return moveUser(authority, actor, reference, 'expire_password')
}

/** Replaces the password by a random one that must be changed at the next sign-in, and revokes everything. */
export async function resetToTemporaryPassword(
  authority: Authority,
  actor: Actor,
  reference: string,
): Promise<{ readonly user: User; readonly temporaryPassword: Secret }> {
  const temporaryPassword = new Secret(randomBytes(12).toString('base64url'))
  const { hash } = await preparePassword(temporaryPassword, reference)
  const at = authority.clock.now()
  const user = await inOrganization(authority, actor, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    const status = requireTransition(row, 'expire_password')
    return changeUser(authority, tx, actor, row, {
      change: { status, password_hash: hash, password_changed_at: at },
      members: ['credentials.password'],
      causes: ['user.password_reset'],
      at,
    })
  })
  return { user: userOf(user), temporaryPassword }
}

/**
 * Deletes a user in two steps, as Okta does: the first call deactivates, the second deletes, with roles and API
 * tokens. The id and what was revoked under it stay in the log; the id is never given again.
 *
 * @returns which of the two happened
 * @throws DomainError `not_found`, `permission_denied`, `user_is_last_administrator`
 */
export function deleteUser(
  authority: Authority,
  actor: Actor,
  reference: string,
): Promise<'deactivated' | 'deleted'> {
  const at = authority.clock.now()
  return inOrganization(authority, actor, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    await refuseForHigherUser(tx, actor, row.id)
    if (await removeDisabled(authority, tx, actor, row, at)) return 'deleted'
    await move(authority, tx, actor, row, { operation: 'deactivate', cause: 'user.deactivated', at })
    return 'deactivated'
  })
}

/**
 * Deletes a user who has been deactivated, and nobody else: the second of `deleteUser`'s steps.
 *
 * @throws DomainError `not_found`, `permission_denied`, `user_status_forbids`
 */
export function deleteDisabledUser(authority: Authority, actor: Actor, reference: string): Promise<void> {
  const at = authority.clock.now()
  return inOrganization(authority, actor, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    await refuseForHigherUser(tx, actor, row.id)
    if (!(await removeDisabled(authority, tx, actor, row, at)))
      throw new DomainError('user_status_forbids', { operation: 'delete', status: row.status })
  })
}

/** @returns false for a user who is not deactivated */
async function removeDisabled(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  { id }: UserRow,
  at: number,
): Promise<boolean> {
  if (!(await deleteDeprovisionedUser(tx, id))) return false
  await append(tx, { kind: 'user.deleted', subject: { user: id }, actor: entryActor(actor) }, at)
  await revokeUser(authority, tx, actor, id, 'user.deleted')
  return true
}

interface Move {
  readonly operation: UserOperation
  readonly cause?: UserRevocationCause
  readonly at: number
}

/** @throws DomainError `not_found`, `user_status_forbids`, `user_is_last_administrator` */
function moveUser(
  authority: Authority,
  actor: Actor,
  reference: string,
  operation: UserOperation,
  cause?: UserRevocationCause,
): Promise<User> {
  const at = authority.clock.now()
  return inOrganization(authority, actor, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    return userOf(
      await move(authority, tx, actor, row, { operation, at, ...(cause === undefined ? {} : { cause }) }),
    )
  })
}

async function move(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  row: UserRow,
  { operation, cause, at }: Move,
): Promise<UserRow> {
  const status = requireTransition(row, operation)
  if (BLOCKED_STATUSES.includes(status)) await refuseForLastAdministrator(tx, row)
  return changeUser(authority, tx, actor, row, {
    change: {
      status,
      ...(operation === 'activate' ? { activated_at: at } : {}),
      ...(operation === 'deactivate' ? { password_hash: null } : {}),
    },
    members: ['status'],
    causes: cause === undefined ? [] : [cause],
    at,
  })
}

/** @throws DomainError `user_status_forbids` */
export function requireTransition(row: UserRow, operation: UserOperation): UserStatus {
  const status = nextStatus(row.status, operation, row.password_hash !== null)
  if (status === undefined) throw new DomainError('user_status_forbids', { operation, status: row.status })
  return status
}

function inOrganization<T>(
  authority: Authority,
  actor: Actor,
  command: (tx: WriteTx) => Promise<T>,
): Promise<T> {
  return authority.store.write({ organizationId: actor.organizationId }, command)
}
