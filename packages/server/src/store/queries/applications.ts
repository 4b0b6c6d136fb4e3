import type { Insertable, Selectable, Updateable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Applications } from '../tables/applications.ts'

export type ApplicationRow = Selectable<Applications>

/** The organization comes from the transaction, never from a row. */
export type NewApplication = Omit<Insertable<Applications>, 'organization_id'>
export type ApplicationChange = Omit<
  Updateable<Applications>,
  'organization_id' | 'id' | 'client_id' | 'created_at'
>

/** @returns false where the organization has the client id already */
export async function insertApplication(tx: WriteTx, application: NewApplication): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('applications')
    .values({ ...application, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.columns(['organization_id', 'client_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findApplication(tx: ReadTx, id: string): Promise<ApplicationRow | undefined> {
  return tx.db
    .selectFrom('applications')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The client that a token endpoint of this organization means by `clientId`. */
export function findApplicationByClientId(tx: ReadTx, clientId: string): Promise<ApplicationRow | undefined> {
  return tx.db
    .selectFrom('applications')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
    .executeTakeFirst()
}

/** @returns the row as it now is; undefined where there is none, or not with the status demanded */
export function updateApplication(
  tx: WriteTx,
  id: string,
  change: ApplicationChange,
  onlyIf: { readonly status?: ApplicationRow['status'] } = {},
): Promise<ApplicationRow | undefined> {
  let update = tx.db
    .updateTable('applications')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
  if (onlyIf.status !== undefined) update = update.where('status', '=', onlyIf.status)
  return update.returningAll().executeTakeFirst()
}

/** @returns false where there is no such application, or it is active */
export async function deleteInactiveApplication(tx: WriteTx, id: string): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('applications')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where('status', '=', 'INACTIVE')
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Where a page begins: behind this application, in order of creation. */
export interface ApplicationCursor {
  readonly createdAt: number
  readonly id: string
}

export interface ApplicationSearch {
  readonly id?: string
  readonly status?: ApplicationRow['status']
  /** In lower case; labels that begin with it. */
  readonly labelPrefix?: string
  readonly after?: ApplicationCursor
  readonly limit: number
}

export function listApplications(tx: ReadTx, search: ApplicationSearch): Promise<ApplicationRow[]> {
  const { id, status, labelPrefix, after } = search
  let query = tx.db
    .selectFrom('applications')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .limit(search.limit)
  if (id !== undefined) query = query.where('id', '=', id)
  if (status !== undefined) query = query.where('status', '=', status)
  if (labelPrefix !== undefined) {
    query = query.where(({ eb, fn, val }) =>
      eb(fn('substr', ['label_folded', val(1), val([...labelPrefix].length)]), '=', labelPrefix),
    )
  }
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

/** How many applications there are, counted no further than `most`. */
export async function countApplications(tx: ReadTx, most: number): Promise<number> {
  const { count } = await tx.db
    .selectFrom((from) =>
      from
        .selectFrom('applications')
        .select('id')
        .where('organization_id', '=', organizationOf(tx))
        .limit(most)
        .as('found'),
    )
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}
