import type { Position } from '@rescind/core/log'
import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { Revocations } from '../tables/revocations.ts'

export type RevocationRow = Selectable<Revocations>
export type NewRevocation = Omit<RevocationRow, 'organization_id'>

/** The target keys of the cutoffs that everything of a user, or of an organization, is judged by. */
export const userTargetKey = (user: string) => `user:${user}`
export const organizationTargetKey = (organization: string) => `organization:${organization}`

export async function insertRevocation(tx: WriteTx, row: NewRevocation): Promise<void> {
  await tx.db
    .insertInto('revocations')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/**
 * Moves a revocation to the newest entry about its target.
 *
 * @returns false where there is none of that id
 */
export async function repeatRevocation(
  tx: WriteTx,
  id: string,
  change: Omit<NewRevocation, 'id' | 'target_key' | 'target' | 'kind'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('revocations')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function findRevocation(tx: ReadTx, id: string): Promise<RevocationRow | undefined> {
  return tx.db
    .selectFrom('revocations')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findRevocationOfTarget(
  tx: ReadTx,
  targetKey: string,
): Promise<RevocationRow | undefined> {
  return tx.db
    .selectFrom('revocations')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('target_key', '=', targetKey)
    .executeTakeFirst()
}

/** The revocation whose newest entry stands at that place. */
export async function findRevocationAt(
  tx: ReadTx,
  place: Pick<Position, 'incarnation' | 'seq'>,
): Promise<RevocationRow | undefined> {
  return tx.db
    .selectFrom('revocations')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('incarnation', '=', place.incarnation)
    .where('seq', '=', place.seq)
    .executeTakeFirst()
}

/** A page, newest entry first. */
export async function listRevocations(
  tx: ReadTx,
  limit: number,
  before?: Pick<Position, 'incarnation' | 'seq'>,
): Promise<RevocationRow[]> {
  let query = tx.db.selectFrom('revocations').selectAll().where('organization_id', '=', organizationOf(tx))
  if (before !== undefined)
    query = query.where((row) =>
      row.or([
        row('incarnation', '<', before.incarnation),
        row.and([row('incarnation', '=', before.incarnation), row('seq', '<', before.seq)]),
      ]),
    )
  return query.orderBy('incarnation', 'desc').orderBy('seq', 'desc').limit(limit).execute()
}
