import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ReceiptKeys } from '../tables/revocations.ts'

/** Every key that the organization's receipts were ever signed with, the newest first. */
export async function listReceiptKeys(tx: ReadTx): Promise<ReceiptKeys[]> {
  return tx.db
    .selectFrom('receipt_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .execute()
}

/** The key that signs now. */
export async function findReceiptKey(tx: ReadTx): Promise<ReceiptKeys | undefined> {
  return tx.db
    .selectFrom('receipt_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('retired_at', 'is', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Retires the key that signs now: its public half stays, its private half goes. */
export async function retireReceiptKey(tx: WriteTx, at: number): Promise<void> {
  await tx.db
    .updateTable('receipt_keys')
    .set({ retired_at: at, sealed_private: null })
    .where('organization_id', '=', organizationOf(tx))
    .where('retired_at', 'is', null)
    .execute()
}

export async function insertReceiptKey(
  tx: WriteTx,
  row: Omit<ReceiptKeys, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('receipt_keys')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}
