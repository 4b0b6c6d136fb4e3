import type { Mark } from '@rescind/core/log'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { AcknowledgementBatches, RevocationReceipts } from '../tables/revocations.ts'
import type { RevocationRow } from './revocations.ts'

/** How many ids one statement names: SQLite and PostgreSQL bound the parameters of a statement. */
const CHUNK = 500

export type NewReceipt = Omit<RevocationReceipts, 'organization_id'>
export type NewAcknowledgements = Omit<AcknowledgementBatches, 'organization_id'>

/** Organizations in which something has yet to take effect. `SYSTEM` only. */
export async function organizationsWithOpenEffects(tx: ReadTx): Promise<string[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking through every organization needs the scope SYSTEM')
  const rows = await tx.db
    .selectFrom('revocations')
    .select('organization_id')
    .distinct()
    .where('effect_open', '=', 1)
    .execute()
  return rows.map((row) => row.organization_id)
}

/** Revocations of the whole installation that have yet to take effect. `SYSTEM` only. */
export async function countOpenEffects(tx: ReadTx): Promise<number> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking through every organization needs the scope SYSTEM')
  const { open } = await tx.db
    .selectFrom('revocations')
    .select((row) => row.fn.countAll<number>().as('open'))
    .where('effect_open', '=', 1)
    .executeTakeFirstOrThrow()
  return open
}

/** Revocations that have yet to take effect, the oldest entry first. */
export async function listOpenEffects(tx: ReadTx, limit: number, after?: Mark): Promise<RevocationRow[]> {
  let query = tx.db
    .selectFrom('revocations')
    .selectAll()
    .where('effect_open', '=', 1)
    .where('organization_id', '=', organizationOf(tx))
  if (after !== undefined)
    query = query.where((row) =>
      row(row.refTuple('incarnation', 'seq'), '>', row.tuple(after.incarnation, after.seq)),
    )
  return query.orderBy('incarnation').orderBy('seq').limit(limit).execute()
}

/** The places after one whose entries have yet to take effect, in order. */
export async function listOpenPlaces(tx: ReadTx, after: Mark): Promise<Mark[]> {
  return tx.db
    .selectFrom('revocations')
    .select(['incarnation', 'seq'])
    .where('effect_open', '=', 1)
    .where('organization_id', '=', organizationOf(tx))
    .where((row) => row(row.refTuple('incarnation', 'seq'), '>', row.tuple(after.incarnation, after.seq)))
    .orderBy('incarnation')
    .orderBy('seq')
    .execute()
}

/** The oldest entry that has yet to take effect. */
export async function oldestOpenEffect(tx: ReadTx): Promise<Mark | undefined> {
  return tx.db
    .selectFrom('revocations')
    .select(['incarnation', 'seq'])
    .where('effect_open', '=', 1)
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('incarnation')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
}

/**
 * Closes the effect of a revocation, if its newest entry is still the one that was judged.
 *
 * @returns false where somebody else was first, or it has been revoked again
 */
export async function closeEffect(tx: WriteTx, id: string, entry: Mark): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('revocations')
    .set({ effect_open: 0 })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where('incarnation', '=', entry.incarnation)
    .where('seq', '=', entry.seq)
    .where('effect_open', '=', 1)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Keeps what an entry covers, once it has been counted. */
export async function keepCovered(tx: WriteTx, id: string, entry: Mark, covered: string): Promise<void> {
  await tx.db
    .updateTable('revocations')
    .set({ covered })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where('incarnation', '=', entry.incarnation)
    .where('seq', '=', entry.seq)
    .execute()
}

export async function insertReceipt(tx: WriteTx, row: NewReceipt): Promise<void> {
  await tx.db
    .insertInto('revocation_receipts')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

export async function findReceipt(
  tx: ReadTx,
  revocationId: string,
  entry: Mark,
): Promise<RevocationReceipts | undefined> {
  return tx.db
    .selectFrom('revocation_receipts')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('revocation_id', '=', revocationId)
    .where('incarnation', '=', entry.incarnation)
    .where('seq', '=', entry.seq)
    .executeTakeFirst()
}

/** The receipts of some revocations without their text, for lists. */
export async function listReceiptFacts(
  tx: ReadTx,
  revocationIds: readonly string[],
): Promise<Omit<RevocationReceipts, 'jws' | 'organization_id'>[]> {
  const found: Omit<RevocationReceipts, 'jws' | 'organization_id'>[] = []
  for (let at = 0; at < revocationIds.length; at += CHUNK)
    found.push(
      ...(await tx.db
        .selectFrom('revocation_receipts')
        .select(['revocation_id', 'incarnation', 'seq', 'effective_at', 'written_at', 'nodes'])
        .where('organization_id', '=', organizationOf(tx))
        .where('revocation_id', 'in', revocationIds.slice(at, at + CHUNK))
        .execute()),
    )
  return found
}

/** Keeps when some nodes acknowledged which place. */
export async function putAcknowledgements(
  tx: WriteTx,
  batches: readonly NewAcknowledgements[],
): Promise<void> {
  if (batches.length === 0) return
  const organization_id = organizationOf(tx)
  await tx.db
    .insertInto('acknowledgement_batches')
    .values(batches.map((batch) => ({ ...batch, organization_id })))
    .execute()
}

/** Acknowledgements of a place or a later one: the lowest place first, and of each the earliest first. */
export async function listAcknowledgements(tx: ReadTx, from: Mark): Promise<AcknowledgementBatches[]> {
  return tx.db
    .selectFrom('acknowledgement_batches')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where((row) => row(row.refTuple('incarnation', 'seq'), '>=', row.tuple(from.incarnation, from.seq)))
    .orderBy('incarnation')
    .orderBy('seq')
    .orderBy('at')
    .execute()
}

/** Removes the acknowledgements of places before one. */
export async function forgetAcknowledgements(tx: WriteTx, before: Mark): Promise<void> {
  await tx.db
    .deleteFrom('acknowledgement_batches')
    .where('organization_id', '=', organizationOf(tx))
    .where((row) => row(row.refTuple('incarnation', 'seq'), '<', row.tuple(before.incarnation, before.seq)))
    .execute()
}
