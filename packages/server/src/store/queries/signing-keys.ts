import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { SigningKeys, SigningRings } from '../tables/signing-keys.ts'

export async function findSigningRing(tx: ReadTx, issuerId: string): Promise<SigningRings | undefined> {
  return tx.db
    .selectFrom('signing_rings')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuerId)
    .executeTakeFirst()
}

/** @returns false where the ring is there already */
export async function insertSigningRing(
  tx: WriteTx,
  row: Omit<SigningRings, 'organization_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('signing_rings')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('issuer_id').doNothing())
    .returning('issuer_id')
    .executeTakeFirst()
  return inserted !== undefined
}

/**
 * Moves the ring to its next version, if it still has the version that the change was judged on.
 *
 * @returns false where another change came first
 */
export async function advanceSigningRing(
  tx: WriteTx,
  ring: Pick<SigningRings, 'issuer_id' | 'version'>,
  change: Partial<Pick<SigningRings, 'algorithm' | 'rotation_mode' | 'rotate_at'>> = {},
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('signing_rings')
    .set({ ...change, version: ring.version + 1 })
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', ring.issuer_id)
    .where('version', '=', ring.version)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Every key that the ring ever had, in order of publication. */
export async function listSigningKeys(tx: ReadTx, issuerId: string): Promise<SigningKeys[]> {
  return tx.db
    .selectFrom('signing_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuerId)
    .orderBy('published_at')
    .orderBy('kid')
    .execute()
}

export async function insertSigningKey(
  tx: WriteTx,
  row: Omit<SigningKeys, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('signing_keys')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

export async function updateSigningKey(
  tx: WriteTx,
  kid: string,
  change: Partial<Omit<SigningKeys, 'kid' | 'organization_id' | 'issuer_id' | 'public_jwk'>>,
): Promise<void> {
  await tx.db
    .updateTable('signing_keys')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('kid', '=', kid)
    .execute()
}

/** Every ring of the installation, for the rotation job. `SYSTEM` only. */
export async function listSigningRings(
  tx: ReadTx,
): Promise<Pick<SigningRings, 'issuer_id' | 'organization_id'>[]> {
  if (tx.scope !== SYSTEM)
    throw new TypeError('listing the rings of every organization needs the scope SYSTEM')
  return tx.db
    .selectFrom('signing_rings')
    .select(['issuer_id', 'organization_id'])
    .orderBy('issuer_id')
    .execute()
}

/** The rows of its keys stay, so that no kid is used again. */
export async function deleteSigningRing(tx: WriteTx, issuerId: string): Promise<void> {
  await tx.db
    .deleteFrom('signing_rings')
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuerId)
    .execute()
}
