import type { Insertable, Selectable, Updateable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ClientKeys } from '../tables/client-keys.ts'

export type ClientKeyRow = Selectable<ClientKeys>
export type NewClientKey = Omit<Insertable<ClientKeys>, 'organization_id'>
export type ClientKeyChange = Pick<Updateable<ClientKeys>, 'kid' | 'alg' | 'use' | 'status' | 'updated_at'>

export async function insertClientKey(tx: WriteTx, key: NewClientKey): Promise<ClientKeyRow> {
  return tx.db
    .insertInto('client_keys')
    .values({ ...key, organization_id: organizationOf(tx) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** In the order in which they were added. */
export function listClientKeys(tx: ReadTx, applicationId: string): Promise<ClientKeyRow[]> {
  return tx.db
    .selectFrom('client_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .orderBy('place')
    .execute()
}

/** The keys of several applications at once, for a page of them. */
export function listClientKeysOf(tx: ReadTx, applicationIds: readonly string[]): Promise<ClientKeyRow[]> {
  if (applicationIds.length === 0) return Promise.resolve([])
  return tx.db
    .selectFrom('client_keys')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', 'in', applicationIds)
    .orderBy('application_id')
    .orderBy('place')
    .execute()
}

/** @returns the row as it now is; undefined where there is none, or not with the status demanded */
export function updateClientKey(
  tx: WriteTx,
  key: { readonly applicationId: string; readonly id: string },
  change: ClientKeyChange,
  onlyIf: { readonly status?: ClientKeyRow['status'] } = {},
): Promise<ClientKeyRow | undefined> {
  let update = tx.db
    .updateTable('client_keys')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', key.applicationId)
    .where('id', '=', key.id)
  if (onlyIf.status !== undefined) update = update.where('status', '=', onlyIf.status)
  return update.returningAll().executeTakeFirst()
}

/** @returns false where there is no such key, or not with the status demanded */
export async function deleteClientKey(
  tx: WriteTx,
  key: { readonly applicationId: string; readonly id: string },
): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('client_keys')
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', key.applicationId)
    .where('id', '=', key.id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Deactivates a key wherever in the organization it is active, whatever its kid. */
export function retireClientKeysByThumbprint(
  tx: WriteTx,
  thumbprint: string,
  at: number,
): Promise<ClientKeyRow[]> {
  return tx.db
    .updateTable('client_keys')
    .set({ status: 'INACTIVE', updated_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('thumbprint', '=', thumbprint)
    .where('status', '=', 'ACTIVE')
    .returningAll()
    .execute()
}
