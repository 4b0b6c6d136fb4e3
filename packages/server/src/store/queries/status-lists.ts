import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { StatusLists, StatusPlaces } from '../tables/status-lists.ts'
import type { Tokens } from '../tables/tokens.ts'

export async function insertStatusList(
  tx: WriteTx,
  row: Omit<StatusLists, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('status_lists')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/**
 * Takes the next place of the issuer's newest list that has one.
 *
 * @returns the list as it was before, its `taken` being the place's number; `undefined` where every list is full
 */
export async function takePlace(tx: WriteTx, issuerId: string): Promise<StatusLists | undefined> {
  const organization = organizationOf(tx)
  const row = await tx.db
    .updateTable('status_lists')
    .set((list) => ({ taken: list('taken', '+', 1) }))
    .where('organization_id', '=', organization)
    .where('issuer_id', '=', issuerId)
    .where('id', '=', (lists) =>
      lists
        .selectFrom('status_lists as open')
        .select('open.id')
        .where('open.organization_id', '=', organization)
        .where('open.issuer_id', '=', issuerId)
        .whereRef('open.taken', '<', 'open.size')
        .orderBy('open.created_at', 'desc')
        .orderBy('open.id')
        .limit(1),
    )
    .whereRef('taken', '<', 'size')
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : { ...row, taken: row.taken - 1 }
}

export async function insertPlace(tx: WriteTx, row: Omit<StatusPlaces, 'organization_id'>): Promise<void> {
  await tx.db
    .insertInto('status_places')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

export async function findStatusList(
  tx: ReadTx,
  issuerId: string,
  id: string,
): Promise<StatusLists | undefined> {
  return tx.db
    .selectFrom('status_lists')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuerId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The ids of an issuer's lists, the oldest first. */
export async function listStatusLists(tx: ReadTx, issuerId: string): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('status_lists')
    .select('id')
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuerId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * A page of the tokens that have a place in a list and have not expired, in order of place.
 *
 * @param after the place behind which the page begins
 */
export async function placedTokens(
  tx: ReadTx,
  listId: string,
  now: number,
  after: number,
  limit: number,
): Promise<(Tokens & { readonly place: number })[]> {
  return tx.db
    .selectFrom('status_places as places')
    .innerJoin('tokens', (join) =>
      join
        .onRef('tokens.organization_id', '=', 'places.organization_id')
        .onRef('tokens.id', '=', 'places.token_id'),
    )
    .selectAll('tokens')
    .select('places.place')
    .where('places.organization_id', '=', organizationOf(tx))
    .where('places.list_id', '=', listId)
    .where('places.place', '>', after)
    .where('places.expires_at', '>', now)
    .orderBy('places.place')
    .limit(limit)
    .execute()
}

/** @returns how many were removed; fewer than `limit` means that none is left */
export async function deleteExpiredPlaces(tx: WriteTx, before: number, limit: number): Promise<number> {
  const organization = organizationOf(tx)
  const expired = await tx.db
    .selectFrom('status_places')
    .select(['list_id', 'place'])
    .where('organization_id', '=', organization)
    .where('expires_at', '<', before)
    .limit(limit)
    .execute()
  if (expired.length === 0) return 0
  await tx.db
    .deleteFrom('status_places')
    .where('organization_id', '=', organization)
    .where((row) =>
      row.or(
        expired.map(({ list_id, place }) =>
          row.and([row('list_id', '=', list_id), row('place', '=', place)]),
        ),
      ),
    )
    .execute()
  return expired.length
}

/** Removes lists that were begun before a time and whose last token is gone. @returns how many */
export async function deleteSpentLists(tx: WriteTx, before: number, limit: number): Promise<number> {
  const organization = organizationOf(tx)
  const { numDeletedRows } = await tx.db
    .deleteFrom('status_lists')
    .where('organization_id', '=', organization)
    .where('id', 'in', (lists) =>
      lists
        .selectFrom('status_lists as spent')
        .select('spent.id')
        .where('spent.organization_id', '=', organization)
        .where('spent.created_at', '<', before)
        .where((row) =>
          row.not(
            row.exists(
              row
                .selectFrom('status_places as places')
                .select('places.place')
                .where('places.organization_id', '=', organization)
                .whereRef('places.list_id', '=', 'spent.id'),
            ),
          ),
        )
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
