import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ServiceAccountSecrets } from '../tables/service-accounts.ts'

export type ServiceAccountSecretRow = Selectable<ServiceAccountSecrets>

export async function insertServiceAccountSecret(
  tx: WriteTx,
  row: Omit<ServiceAccountSecretRow, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('service_account_secrets')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/** Of one account, or of all of the organization's; the oldest first. */
export function listServiceAccountSecrets(tx: ReadTx, clientId?: string): Promise<ServiceAccountSecretRow[]> {
  let query = tx.db
    .selectFrom('service_account_secrets')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('id')
  if (clientId !== undefined) query = query.where('client_id', '=', clientId)
  return query.execute()
}

/** Notes when a secret was last used; an older note never replaces a newer one. */
export async function noteSecretUse(tx: WriteTx, id: string, at: number): Promise<void> {
  await tx.db
    .updateTable('service_account_secrets')
    .set({ last_used_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .execute()
}

/** One secret of an account, or all of them. @returns how many there were */
export async function deleteServiceAccountSecrets(
  tx: WriteTx,
  clientId: string,
  id?: string,
): Promise<number> {
  let query = tx.db
    .deleteFrom('service_account_secrets')
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
  if (id !== undefined) query = query.where('id', '=', id)
  return (await query.returning('id').execute()).length
}
