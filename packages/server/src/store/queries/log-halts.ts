import { type ReadTx, SYSTEM, tenantOf, type WriteTx } from '../store.ts'
import type { LogHalts } from '../tables/log-halts.ts'

/** Why the organization's log has stopped; `undefined` where it has not. */
export async function findHalt(tx: ReadTx): Promise<LogHalts | undefined> {
  return tx.db
    .selectFrom('log_halts')
    .selectAll()
    .where('organization_id', '=', tenantOf(tx))
    .executeTakeFirst()
}

/** Stops the organization's log; where it has stopped, notes the newer report. */
export async function putHalt(tx: WriteTx, row: Omit<LogHalts, 'organization_id'>): Promise<void> {
  const known = await findHalt(tx)
  await tx.db
    .insertInto('log_halts')
    .values({ ...row, organization_id: tenantOf(tx) })
    .onConflict((conflict) =>
      conflict.column('organization_id').doUpdateSet({
        incarnation: row.incarnation,
        seq: row.seq,
        reported_incarnation: Math.max(row.reported_incarnation, known?.reported_incarnation ?? 0),
      }),
    )
    .execute()
}

/** @returns false where the log had not stopped */
export async function deleteHalt(tx: WriteTx): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('log_halts')
    .where('organization_id', '=', tenantOf(tx))
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Every log of the installation that has stopped. `SYSTEM` only. */
export async function listHalts(tx: ReadTx): Promise<LogHalts[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('listing the logs that have stopped needs the scope SYSTEM')
  return tx.db.selectFrom('log_halts').selectAll().orderBy('organization_id').execute()
}
