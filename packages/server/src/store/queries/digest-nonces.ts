import type { Selectable } from 'kysely'
import { type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { DigestNonces } from '../tables/digest-nonces.ts'

/**
 * Accepts a count of a nonce once, on whichever node: only a higher one than before, and only from the key that
 * used the nonce first. `SYSTEM` only: nonces belong to no organization.
 *
 * @returns false where it is no longer to be had
 */
export async function spendNonce(tx: WriteTx, row: Selectable<DigestNonces>): Promise<boolean> {
  systemOnly(tx)
  const { digest_key_id, nc } = row
  const spent = await tx.db
    .insertInto('digest_nonces')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column('nonce')
        .doUpdateSet({ nc })
        .where('digest_nonces.nc', '<', nc)
        .where('digest_nonces.digest_key_id', '=', digest_key_id),
    )
    .returning('nonce')
    .executeTakeFirst()
  return spent !== undefined
}

/** @returns how many were removed, at most `limit`. `SYSTEM` only */
export async function deleteExpiredNonces(tx: WriteTx, before: number, limit: number): Promise<number> {
  systemOnly(tx)
  const removed = await tx.db
    .deleteFrom('digest_nonces')
    .where('nonce', 'in', (query) =>
      query.selectFrom('digest_nonces').select('nonce').where('expires_at', '<', before).limit(limit),
    )
    .returning('nonce')
    .execute()
  return removed.length
}

function systemOnly(tx: ReadTx): void {
  if (tx.scope !== SYSTEM) throw new TypeError('nonces need the scope SYSTEM')
}
