import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'

/** @returns false where the organization had blocked the key before */
export async function insertBlockedKey(tx: WriteTx, thumbprint: string, at: number): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('blocked_keys')
    .values({ organization_id: organizationOf(tx), thumbprint, blocked_at: at })
    .onConflict((conflict) => conflict.columns(['organization_id', 'thumbprint']).doNothing())
    .returning('thumbprint')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Those of the given thumbprints that the organization never trusts again. */
export async function blockedAmong(tx: ReadTx, thumbprints: readonly string[]): Promise<ReadonlySet<string>> {
  if (thumbprints.length === 0) return new Set()
  const rows = await tx.db
    .selectFrom('blocked_keys')
    .select('thumbprint')
    .where('organization_id', '=', organizationOf(tx))
    .where('thumbprint', 'in', thumbprints)
    .execute()
  return new Set(rows.map((row) => row.thumbprint))
}

/** Whether an issuer of the organization signs, or signed, with this key. */
export async function isOwnSigningKey(tx: ReadTx, thumbprint: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('signing_keys')
    .select('kid')
    .where('organization_id', '=', organizationOf(tx))
    .where('kid', '=', thumbprint)
    .executeTakeFirst()
  return row !== undefined
}
