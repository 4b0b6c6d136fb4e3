import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ServiceAccounts } from '../tables/service-accounts.ts'

export type ServiceAccountRow = Selectable<ServiceAccounts>

/** @returns false where the client id is taken, in whichever organization */
export async function insertServiceAccount(
  tx: WriteTx,
  row: Omit<ServiceAccountRow, 'organization_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('service_accounts')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('client_id').doNothing())
    .returning('client_id')
    .executeTakeFirst()
  return inserted !== undefined
}

/**
 * The account that has this secret, unexpired at `now`, with the secret's id. Client ids are unique in the
 * installation. `SYSTEM` only.
 */
export async function findServiceAccountBySecret(
  tx: ReadTx,
  clientId: string,
  secretHash: string,
  now: number,
): Promise<(ServiceAccountRow & { readonly secret_id: string }) | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db
    .selectFrom('service_accounts as account')
    .innerJoin('service_account_secrets as secret', (join) =>
      join
        .onRef('secret.organization_id', '=', 'account.organization_id')
        .onRef('secret.client_id', '=', 'account.client_id'),
    )
    .selectAll('account')
    .select('secret.id as secret_id')
    .where('account.client_id', '=', clientId)
    .where('secret.secret_hash', '=', secretHash)
    .where((is) => is.or([is('secret.expires_at', 'is', null), is('secret.expires_at', '>', now)]))
    .executeTakeFirst()
}

export function findServiceAccount(tx: ReadTx, clientId: string): Promise<ServiceAccountRow | undefined> {
  return tx.db
    .selectFrom('service_accounts')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
    .executeTakeFirst()
}

/** In order of creation. An organization has a bounded number of them. */
export function listServiceAccounts(tx: ReadTx): Promise<ServiceAccountRow[]> {
  return tx.db
    .selectFrom('service_accounts')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('created_at')
    .orderBy('client_id')
    .execute()
}

/** @returns false where there is no such account */
export async function updateServiceAccount(
  tx: WriteTx,
  clientId: string,
  change: Partial<Pick<ServiceAccountRow, 'name' | 'description' | 'roles' | 'granted_roles'>>,
): Promise<boolean> {
  const updated = await tx.db
    .updateTable('service_accounts')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
    .returning('client_id')
    .executeTakeFirst()
  return updated !== undefined
}

/** @returns false where there is no such account */
export async function deleteServiceAccount(tx: WriteTx, clientId: string): Promise<boolean> {
  const deleted = await tx.db
    .deleteFrom('service_accounts')
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
    .returning('client_id')
    .executeTakeFirst()
  return deleted !== undefined
}
