import { sql } from 'kysely'
import type { Authority } from '../../authority/index.ts'
import type { ReadTx } from '../../store/index.ts'

/**
 * Milliseconds: the later of this process's clock and the database's, so that of two nodes the one whose clock is
 * behind does not revoke less than it should. An embedded database has no clock of its own.
 */
export async function latestTime(
  { clock, store }: Pick<Authority, 'clock' | 'store'>,
  tx: ReadTx,
): Promise<number> {
  if (store.dialect === 'sqlite') return clock.now()
  const { rows } = await sql<{ readonly now: number | string }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(tx.db)
  return Math.max(clock.now(), Number(rows[0]?.now ?? 0))
}
