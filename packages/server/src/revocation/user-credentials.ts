import type { Actor, Authority } from '../authority/index.ts'
import { preparePassword, verifyPassword } from '../directory/passwords.ts'
import { getUser, requireUserRow, type User, userOf } from '../directory/users.ts'
import {
  changeProfile,
  decodeProfile,
  differingMembers,
  encodeProfile,
  foldedColumns,
  type UserProfile,
  type UserProfileChange,
} from '../directory/users-profile.ts'
import { DomainError } from '../errors/index.ts'
import type { Secret } from '../secrets/index.ts'
import type { WriteTx } from '../store/index.ts'
import { findUserByLogin, type UserRow } from '../store/queries/users.ts'
import { changeUser, type UserRevocationCause } from './user-changes.ts'
import { requireTransition } from './user-lifecycle.ts'

/** What an update changes. What is absent stays. */
export interface UserUpdate {
  /** Members to change: `merge` keeps the others, `replace` drops them. */
  readonly profile?: { readonly merge: UserProfileChange } | { readonly replace: UserProfile }
  readonly password?: Secret
}

/**
 * Changes a user's profile, password, or both. A new login or password revokes everything that was issued for
 * the user.
 *
 * @throws DomainError `not_found`, `user_login_taken`, `user_status_forbids`, `password_refused`
 */
export async function updateUser(
  authority: Authority,
  actor: Actor,
  reference: string,
  update: UserUpdate,
): Promise<User> {
  const prepared =
    update.password === undefined
      ? undefined
      : await preparePassword(update.password, await loginAfter(authority, actor, reference, update))
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    if (row.status === 'DEPROVISIONED')
      throw new DomainError('user_status_forbids', { operation: 'update', status: row.status })
    const before = decodeProfile(row.profile)
    const after = profileAfter(before, update)
    const members = differingMembers(before, after).map((name) => `profile.${name}`)
    const causes: UserRevocationCause[] = []
    if (members.includes('profile.login')) {
      await refuseTakenLogin(tx, row, after)
      causes.push('user.renamed')
    }
    if (prepared !== undefined) {
      members.push('credentials.password')
      causes.push('user.password_changed')
    }
    if (members.length === 0) return userOf(row)
    const columns = {
      login: after.login,
      profile: encodeProfile(after),
      ...foldedColumns(after),
      ...(prepared === undefined
        ? {}
        : {
            status: requireTransition(row, 'set_password'),
            password_hash: prepared.hash,
            password_changed_at: at,
          }),
    }
    return userOf(await changeUser(authority, tx, actor, row, { change: columns, members, causes, at }))
  })
}

/**
 * Changes a password for somebody who knows the old one, and revokes everything that was issued for the user.
 *
 * @throws DomainError `not_found`, `user_status_forbids`, `password_incorrect`, `password_refused`
 */
export async function changePassword(
  authority: Authority,
  actor: Actor,
  reference: string,
  { oldPassword, newPassword }: { readonly oldPassword: Secret; readonly newPassword: Secret },
): Promise<User> {
  const row = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    requireUserRow(tx, actor, reference),
  )
  requireTransition(row, 'change_password')
  if (!(await verifyPassword(row.password_hash, oldPassword))) throw new DomainError('password_incorrect')
  const { hash } = await preparePassword(newPassword, row.login)
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const current = await requireUserRow(tx, actor, row.id)
    // Somebody was faster: the password that was verified is no longer the old one.
    if (current.password_hash !== row.password_hash) throw new DomainError('password_incorrect')
    return userOf(
      await changeUser(authority, tx, actor, current, {
        change: {
          status: requireTransition(current, 'change_password'),
          password_hash: hash,
          password_changed_at: at,
        },
        members: ['credentials.password'],
        causes: ['user.password_changed'],
        at,
      }),
    )
  })
}

async function loginAfter(
  authority: Authority,
  actor: Actor,
  reference: string,
  update: UserUpdate,
): Promise<string> {
  const { profile } = await getUser(authority, actor, reference)
  return profileAfter(profile, update).login
}

function profileAfter(before: UserProfile, { profile }: UserUpdate): UserProfile {
  if (profile === undefined) return before
  return 'merge' in profile ? changeProfile(before, profile.merge) : changeProfile(profile.replace, {})
}

/** The head row is locked, so nobody takes the login between this look and the change. */
async function refuseTakenLogin(tx: WriteTx, row: UserRow, after: UserProfile): Promise<void> {
  const holder = await findUserByLogin(tx, foldedColumns(after).login_folded)
  if (holder !== undefined && holder.id !== row.id) throw new DomainError('user_login_taken')
}
