import type { Insertable, Selectable } from 'kysely'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { ClientSecrets } from '../tables/client-secrets.ts'

export type ClientSecretRow = Selectable<ClientSecrets>
export type NewClientSecret = Omit<Insertable<ClientSecrets>, 'organization_id'>

export async function insertClientSecret(tx: WriteTx, secret: NewClientSecret): Promise<ClientSecretRow> {
  return tx.db
    .insertInto('client_secrets')
    .values({ ...secret, organization_id: organizationOf(tx) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The oldest first. */
export function listClientSecrets(tx: ReadTx, applicationId: string): Promise<ClientSecretRow[]> {
  return tx.db
    .selectFrom('client_secrets')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @returns the row as it now is; undefined where it had not the status `from` */
export function updateClientSecretStatus(
  tx: WriteTx,
  key: { readonly applicationId: string; readonly id: string },
  change: {
    readonly from: ClientSecretRow['status']
    readonly to: ClientSecretRow['status']
    readonly at: number
  },
): Promise<ClientSecretRow | undefined> {
  return tx.db
    .updateTable('client_secrets')
    .set({ status: change.to, updated_at: change.at })
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', key.applicationId)
    .where('id', '=', key.id)
    .where('status', '=', change.from)
    .returningAll()
    .executeTakeFirst()
}

/** @returns false where there is no such secret, or it is active */
export async function deleteInactiveClientSecret(
  tx: WriteTx,
  applicationId: string,
  id: string,
): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('client_secrets')
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .where('id', '=', id)
    .where('status', '=', 'INACTIVE')
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Every secret of an application that is being deleted. */
export async function deleteClientSecretsOf(tx: WriteTx, applicationId: string): Promise<void> {
  await tx.db
    .deleteFrom('client_secrets')
    .where('organization_id', '=', organizationOf(tx))
    .where('application_id', '=', applicationId)
    .execute()
}
