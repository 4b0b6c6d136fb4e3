import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { DigestKeys } from '../tables/digest-keys.ts'

export type DigestKeyRow = Selectable<DigestKeys>

/** @returns false where the public key is taken, in whichever organization */
export async function insertDigestKey(
  tx: WriteTx,
  row: Omit<DigestKeyRow, 'organization_id'>,
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
export async function findDigestKeyAnywhere(
  tx: ReadTx,
  publicKey: string,
): Promise<DigestKeyRow | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db.selectFrom('digest_keys').selectAll().where('public_key', '=', publicKey).executeTakeFirst()
}

export function findDigestKey(tx: ReadTx, id: string): Promise<DigestKeyRow | undefined> {
  return tx.db
    .selectFrom('digest_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .executeTakeFirst()
}

/** In order of creation. An organization has a bounded number of them. */
export function listDigestKeys(tx: ReadTx): Promise<DigestKeyRow[]> {
  return tx.db
    .selectFrom('digest_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @returns false where there is no such key */
export async function updateDigestKey(
  tx: WriteTx,
  id: string,
  change: Partial<Pick<DigestKeyRow, 'description' | 'roles' | 'granted_roles'>>,
): Promise<boolean> {
  const updated = await tx.db
    .updateTable('digest_keys')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}

/** @returns false where there is no such key */
export async function deleteDigestKey(tx: WriteTx, id: string): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('digest_keys')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}
