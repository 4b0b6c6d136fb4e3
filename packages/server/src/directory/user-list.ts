import type { Actor, Authority } from '../authority/index.ts'
import {
  countUsers as countRows,
  listUsersSorted,
  type UserSort,
  type UserSortCursor,
} from '../store/queries/users.ts'
import type { UserStatus } from '../store/tables/users.ts'
import { type User, userOf } from './users.ts'
import { peopleCondition } from './users-search.ts'

export interface PeopleSearch {
  /** The beginning of a login, an e-mail address or a name, in any case. */
  readonly q?: string | undefined
  readonly statuses?: readonly UserStatus[] | undefined
  /** A filter expression. */
  readonly search?: string | undefined
}

/** Counted up to here: beyond it nobody reads the difference, and counting would cost what the list saves. */
export const MOST_COUNTED = 10_000

/** A number that is exact, or a bound that was reached. */
export interface BoundedCount {
  readonly count: number
  readonly exact: boolean
}

export function boundedCount(counted: number, most = MOST_COUNTED): BoundedCount {
  return { count: Math.min(counted, most), exact: counted <= most }
}

/**
 * Users as a person looks through them, whatever their status: sorted, one more than the limit where there is a next
 * page.
 *
 * @throws DomainError `user_search_invalid`
 */
export async function listPeople(
  authority: Authority,
  actor: Actor,
  search: PeopleSearch,
  page: { readonly sort: UserSort; readonly after?: UserSortCursor; readonly limit: number },
): Promise<User[]> {
  const condition = peopleCondition(search)
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listUsersSorted(tx, { ...page, condition, limit: page.limit + 1 }),
  )
  return rows.map(userOf)
}

/** How many there are of them. @throws DomainError `user_search_invalid` */
export async function countPeople(
  authority: Authority,
  actor: Actor,
  search: PeopleSearch,
): Promise<BoundedCount> {
  const condition = peopleCondition(search)
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) =>
    boundedCount(await countRows(tx, condition, MOST_COUNTED + 1)),
  )
}
