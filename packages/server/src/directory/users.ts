import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import {
  findUser,
  findUserByLogin,
  insertUser,
  listUsers as listUserRows,
  type UserCondition,
  type UserRow,
} from '../store/queries/users.ts'
import type { UserStatus } from '../store/tables/users.ts'
import type { PreparedPassword } from './passwords.ts'
import { decodeProfile, encodeProfile, fold, foldedColumns, type UserProfile } from './users-profile.ts'

/** A user as the domain shows it. Times are milliseconds since the epoch. */
export interface User {
  readonly id: string
  readonly status: UserStatus
  readonly profile: UserProfile
  readonly hasPassword: boolean
  readonly createdAt: number
  readonly updatedAt: number
  readonly activatedAt: number | null
  readonly statusChangedAt: number | null
  readonly lastLoginAt: number | null
  readonly passwordChangedAt: number | null
}

export interface UserDraft {
  readonly profile: UserProfile
  readonly password?: PreparedPassword
  /** False leaves the user STAGED; true makes it ACTIVE, or PROVISIONED while there is no password. */
  readonly activate: boolean
  /** The password must be changed at the first sign-in. Needs a password and `activate`. */
  readonly expirePassword?: boolean
  /** Through an identity provider: such a user is ACTIVE without a password. Needs `activate`. */
  readonly signsInElsewhere?: boolean
}

/**
 * Creates a user in the actor's organization.
 *
 * @throws DomainError `user_login_taken`
 */
export function createUser(authority: Authority, actor: Actor, draft: UserDraft): Promise<User> {
  return authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    addUser(tx, actor, draft, authority.clock.now()),
  )
}

/** `createUser` inside a transaction: for what makes a user together with something else. */
export async function addUser(tx: WriteTx, actor: Actor, draft: UserDraft, at: number): Promise<User> {
  const { profile, password, activate } = draft
  const ready = readyStatus(draft)
  const row: Omit<UserRow, 'organization_id'> = {
    id: newId('00u'),
    status: activate ? ready : 'STAGED',
    login: profile.login,
    profile: encodeProfile(profile),
    ...foldedColumns(profile),
    password_hash: password?.hash ?? null,
    password_changed_at: password === undefined ? null : at,
    created_at: at,
    activated_at: activate ? at : null,
    status_changed_at: activate ? at : null,
    last_login_at: null,
    updated_at: at,
  }
  if (!(await insertUser(tx, row))) throw new DomainError('user_login_taken')
  await append(
    tx,
    {
      kind: 'user.created',
      subject: { user: row.id },
      actor: entryActor(actor),
      data: { status: row.status },
    },
    at,
  )
  return userOf(row)
}

function readyStatus({ password, expirePassword, signsInElsewhere }: UserDraft): UserStatus {
  if (password === undefined) return signsInElsewhere ? 'ACTIVE' : 'PROVISIONED'
  return expirePassword ? 'PASSWORD_EXPIRED' : 'ACTIVE'
}

/**
 * The user that a reference names: an id, a login in any case, or `me` for the actor's own.
 *
 * @throws DomainError `not_found`
 */
export function getUser(authority: Authority, actor: Actor, reference: string): Promise<User> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) =>
    userOf(await requireUserRow(tx, actor, reference)),
  )
}

/** `getUser` inside a transaction. */
export async function requireUserRow(tx: ReadTx, actor: Actor, reference: string): Promise<UserRow> {
  const id = reference === 'me' ? actor.userId : reference
  const row =
    id === undefined ? undefined : ((await findUser(tx, id)) ?? (await findUserByLogin(tx, fold(reference))))
  if (row === undefined) throw new DomainError('not_found', { type: 'user', id: reference })
  return row
}

export interface UserPage {
  readonly condition?: UserCondition
  readonly after?: { readonly createdAt: number; readonly id: string }
  readonly limit: number
}

/** Users of the actor's organization in order of creation, one more than the limit where there is a next page. */
export async function listUsers(authority: Authority, actor: Actor, page: UserPage): Promise<User[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listUserRows(tx, { ...page, limit: page.limit + 1 }),
  )
  return rows.map(userOf)
}

/** What a row says of a user; never the hash. */
export function userOf(row: Omit<UserRow, 'organization_id'>): User {
  return {
    id: row.id,
    status: row.status,
    profile: decodeProfile(row.profile),
    hasPassword: row.password_hash !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    activatedAt: row.activated_at,
    statusChangedAt: row.status_changed_at,
    lastLoginAt: row.last_login_at,
    passwordChangedAt: row.password_changed_at,
  }
}
