import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ApiEncryptionKeys } from '../tables/api-encryption-keys.ts'

/** The keys of one authorization server, in the order in which they were added. */
export async function listApiEncryptionKeys(
  tx: ReadTx,
  authorizationServerId: string,
): Promise<ApiEncryptionKeys[]> {
  return tx.db
    .selectFrom('api_encryption_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .orderBy('added_seq')
    .execute()
}

export async function insertApiEncryptionKey(
  tx: WriteTx,
  row: Omit<ApiEncryptionKeys, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('api_encryption_keys')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

export async function updateApiEncryptionKey(
  tx: WriteTx,
  id: string,
  change: Partial<Pick<ApiEncryptionKeys, 'status' | 'kid' | 'updated_at'>>,
): Promise<void> {
  await tx.db
    .updateTable('api_encryption_keys')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

export async function deleteApiEncryptionKey(tx: WriteTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom('api_encryption_keys')
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .execute()
}

export async function deleteApiEncryptionKeysOf(tx: WriteTx, authorizationServerId: string): Promise<void> {
  await tx.db
    .deleteFrom('api_encryption_keys')
    .where('organization_id', '=', organizationOf(tx))
    .where('authorization_server_id', '=', authorizationServerId)
    .execute()
}

/** Makes INACTIVE the keys of that thumbprint that are active, in whichever ring; @returns those */
export async function retireApiEncryptionKeysByThumbprint(
  tx: WriteTx,
  thumbprint: string,
  at: number,
): Promise<ApiEncryptionKeys[]> {
  return tx.db
    .updateTable('api_encryption_keys')
    .set({ status: 'INACTIVE', updated_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('thumbprint', '=', thumbprint)
    .where('status', '=', 'ACTIVE')
    .returningAll()
    .execute()
}
