import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { isTriggered } from '../directory/policy.ts'
import { refuseForHigherUser } from '../directory/roles-of-users.ts'
import { BLOCKED_STATUSES } from '../directory/users-status.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { type UserChange, type UserRow, updateUser } from '../store/queries/users.ts'
import { recordRevocation } from './record.ts'

/** Why everything that was issued for a user was revoked, as the entry's `cause` says it. */
export type UserRevocationCause =
  | 'user.suspended'
  | 'user.deactivated'
  | 'user.renamed'
  | 'user.password_changed'
  | 'user.password_reset'
  | 'user.deleted'

export interface ChangeOfUser {
  readonly change: UserChange
  /** The names of what changes, for the log; never the values, because the log is for ever. */
  readonly members: readonly string[]
  /** A `user.revoked` each; none for a change that voids nothing. */
  readonly causes: readonly UserRevocationCause[]
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Changes a user's row and writes, in the same transaction, what follows from it: `user.updated`, `user.blocked`
 * or `user.unblocked` where the status crosses that line, and last the cutoffs, so that they lie above everything
 * before them.
 *
 * @throws DomainError `permission_denied` for a user who has a role that the actor has not
 */
export async function changeUser(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  row: UserRow,
  { change, members, causes, at }: ChangeOfUser,
): Promise<UserRow> {
  await refuseForHigherUser(tx, actor, row.id)
  const subject = { user: row.id }
  const by = entryActor(actor)
  const status = change.status ?? row.status
  await append(tx, { kind: 'user.updated', subject, actor: by, data: { status, changed: members } }, at)
  const wasBlocked = BLOCKED_STATUSES.includes(row.status)
  const isBlocked = BLOCKED_STATUSES.includes(status)
  if (isBlocked && !wasBlocked) await append(tx, { kind: 'user.blocked', subject, actor: by }, at)
  if (wasBlocked && !isBlocked) await append(tx, { kind: 'user.unblocked', subject, actor: by }, at)
  for (const cause of causes) await revokeUser(authority, tx, actor, row.id, cause)
  const updated = await updateUser(tx, row.id, {
    ...change,
    ...(status === row.status ? {} : { status_changed_at: at }),
    updated_at: at,
  })
  if (updated === undefined) throw new Error('a user vanished under the lock of its organization')
  return updated
}

/**
 * Revokes everything that was issued for a user, because of another change in the same transaction; unless the
 * organization's policy has switched that off.
 */
export async function revokeUser(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  userId: string,
  cause: UserRevocationCause,
): Promise<void> {
  if (!(await isTriggered(tx, cause))) return
  await recordRevocation(authority, tx, actor, { type: 'user', user: userId }, { code: 'unspecified', cause })
}
