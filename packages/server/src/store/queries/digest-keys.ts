import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { DigestKeys } from '../tables/digest-keys.ts'

/** @returns false where the public key is taken, in whichever organization */
export async function insertDigestKey(
  tx: WriteTx,
  row: Omit<DigestKeys, 'organization_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('digest_keys')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('public_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Public keys are unique in the installation, so one alone tells its organization. `SYSTEM` only. */
export async function findDigestKeyAnywhere(tx: ReadTx, publicKey: string): Promise<DigestKeys | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db.selectFrom('digest_keys').selectAll().where('public_key', '=', publicKey).executeTakeFirst()
}
