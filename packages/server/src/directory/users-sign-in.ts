import type { Position } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { head } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { findUserByLogin, updateUser } from '../store/queries/users.ts'
import { verifyPassword } from './passwords.ts'
import { type User, userOf } from './users.ts'
import { fold } from './users-profile.ts'
import { ENABLED_STATUSES } from './users-status.ts'

/** Somebody who gave the right password. */
export interface SignedIn {
  readonly user: User
  /**
   * The position of the knowledge that this rests on, read before the user was: what is made of it carries this
   * `pos`, so that a revocation in between voids it.
   */
  readonly position: Position
  /** The password must be changed before anything is made of it. */
  readonly mustChangePassword: boolean
}

/**
 * Checks a login and password of an organization. An unknown login, a wrong password, a user without one and a
 * user who is not enabled are all `undefined`, after the same work.
 */
export async function signIn(
  authority: Authority,
  organizationId: string,
  { login, password }: { readonly login: string; readonly password: Secret },
): Promise<SignedIn | undefined> {
  const { position, row } = await authority.store.read({ organizationId }, async (tx) => ({
    position: (await head(tx)).position,
    row: await findUserByLogin(tx, fold(login)),
  }))
  const matches = await verifyPassword(row?.password_hash, password)
  if (row === undefined || !matches || !ENABLED_STATUSES.includes(row.status)) return undefined
  const at = authority.clock.now()
  const signedIn = await authority.store.write({ organizationId }, (tx) =>
    updateUser(tx, row.id, { last_login_at: at }, { status: ENABLED_STATUSES }),
  )
  if (signedIn === undefined) return undefined
  return { user: userOf(signedIn), position, mustChangePassword: signedIn.status === 'PASSWORD_EXPIRED' }
}
