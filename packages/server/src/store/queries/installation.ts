import { type ReadTx, SYSTEM, type WriteTx } from '../store.ts'

/** A fact of the whole installation. `SYSTEM` only, as all of these. */
export async function findFact(tx: ReadTx, name: string): Promise<string | undefined> {
  systemOnly(tx)
  const row = await tx.db
    .selectFrom('installation')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value
}

/** @returns false where the fact is already known; it is then left as it is */
export async function insertFact(tx: WriteTx, name: string, value: string): Promise<boolean> {
  systemOnly(tx)
  const inserted = await tx.db
    .insertInto('installation')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function deleteFact(tx: WriteTx, name: string): Promise<void> {
  systemOnly(tx)
  await tx.db.deleteFrom('installation').where('name', '=', name).execute()
}

function systemOnly(tx: ReadTx): void {
  if (tx.scope !== SYSTEM) throw new TypeError('facts of the installation need the scope SYSTEM')
}
