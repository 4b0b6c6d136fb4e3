import { GENESIS_DIGEST } from '@rescind/core/log'
import { tenantOf, type WriteTx } from '../store/index.ts'
import { deleteHalt } from '../store/queries/log-halts.ts'
import { head, type LogHead } from './read.ts'

/**
 * Opens a new incarnation of the organization's log, which begins with the next entry of the transaction. Every
 * position of an earlier one is void from then on, by `standing`: no row is touched for that. The log goes on again
 * where it had stopped.
 *
 * @param present the incarnation that is to end
 * @param incarnation higher than any that somebody may have seen
 * @returns where the log ended; undefined where another incarnation was opened meanwhile
 */
export async function openIncarnation(
  tx: WriteTx,
  present: number,
  incarnation: number,
): Promise<LogHead | undefined> {
  const log = tenantOf(tx)
  const end = await head(tx)
  const { position, digest } = end
  const { numUpdatedRows } = await tx.db
    .updateTable('log_heads')
    .set({ incarnation, seq: 0, digest: GENESIS_DIGEST })
    .where('log_id', '=', log)
    .where('incarnation', '=', present)
    .where('seq', '=', position.seq)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return undefined
  await tx.db
    .insertInto('log_incarnations')
    .values({ log_id: log, incarnation, previous_seq: position.seq, previous_digest: digest })
    .execute()
  await deleteHalt(tx)
  return end
}
