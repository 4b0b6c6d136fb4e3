import type { Expression, ExpressionBuilder, Selectable, SqlBool, Updateable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Tables } from '../tables/index.ts'
import type { UserStatus, Users } from '../tables/users.ts'

export type UserRow = Selectable<Users>

/** The organization comes from the transaction, never from a row. */
export type NewUser = Omit<UserRow, 'organization_id'>
export type UserChange = Omit<Updateable<Users>, 'organization_id' | 'id' | 'created_at'>

/** @returns false where the organization has the login already */
export async function insertUser(tx: WriteTx, user: NewUser): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('users')
    .values({ ...user, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.columns(['organization_id', 'login_folded']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findUser(tx: ReadTx, id: string): Promise<UserRow | undefined> {
  return tx.db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** @param loginFolded in lower case */
export function findUserByLogin(tx: ReadTx, loginFolded: string): Promise<UserRow | undefined> {
  return tx.db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('login_folded', '=', loginFolded)
    .executeTakeFirst()
}

/** @returns the row as it now is; undefined where there is none, or not with a status demanded */
export function updateUser(
  tx: WriteTx,
  id: string,
  change: UserChange,
  onlyIf: { readonly status?: readonly UserStatus[] } = {},
): Promise<UserRow | undefined> {
  let update = tx.db
    .updateTable('users')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
  if (onlyIf.status !== undefined) update = update.where('status', 'in', onlyIf.status)
  return update.returningAll().executeTakeFirst()
}

/** Takes the user's roles and API tokens along. @returns false where there is no such deprovisioned user */
export async function deleteDeprovisionedUser(tx: WriteTx, id: string): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('users')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where('status', '=', 'DEPROVISIONED')
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** A condition on a row of users; every value in it is a bound parameter. */
export type UserCondition = (eb: ExpressionBuilder<Tables, 'users'>) => Expression<SqlBool>

export interface UserSearch {
  readonly condition?: UserCondition
  /** Where the page begins: behind this user, in order of creation. */
  readonly after?: { readonly createdAt: number; readonly id: string }
  readonly limit: number
}

/** In order of creation. */
export function listUsers(tx: ReadTx, { condition, after, limit }: UserSearch): Promise<UserRow[]> {
  let query = tx.db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
  if (condition !== undefined) query = query.where((eb) => condition(eb))
  if (after !== undefined) {
    query = query.where(({ eb, or, and }) =>
      or([
        eb('created_at', '>', after.createdAt),
        and([eb('created_at', '=', after.createdAt), eb('id', '>', after.id)]),
      ]),
    )
  }
  return query.execute()
}

/** In what order users are looked through; `-` is downwards. */
export type UserSort = 'created' | '-created' | 'login' | '-login'

/** Where a sorted page begins: behind this user. */
export interface UserSortCursor {
  /** Of the column that is sorted by: milliseconds, or a login in lower case. */
  readonly key: string | number
  readonly id: string
}

/** A page in an order that an index has, so that no page costs more than the first. */
export function listUsersSorted(
  tx: ReadTx,
  {
    condition,
    sort,
    after,
    limit,
  }: Pick<UserSearch, 'condition' | 'limit'> & {
    readonly sort: UserSort
    readonly after?: UserSortCursor
  },
): Promise<UserRow[]> {
  const column = sort.endsWith('login') ? 'login_folded' : 'created_at'
  const isDownwards = sort.startsWith('-')
  const direction = isDownwards ? 'desc' : 'asc'
  let query = tx.db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy(column, direction)
    .orderBy('id', direction)
    .limit(limit)
  if (condition !== undefined) query = query.where((eb) => condition(eb))
  if (after !== undefined)
    query = query.where((row) =>
      row(row.refTuple(column, 'id'), isDownwards ? '<' : '>', row.tuple(after.key, after.id)),
    )
  return query.execute()
}

/** How many users a condition means, counted no further than `most`. */
export async function countUsers(tx: ReadTx, condition: UserCondition, most: number): Promise<number> {
  const { count } = await tx.db
    .selectFrom((from) =>
      from
        .selectFrom('users')
        .select('id')
        .where('organization_id', '=', organizationOf(tx))
        .where((eb) => condition(eb))
        .limit(most)
        .as('found'),
    )
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}
