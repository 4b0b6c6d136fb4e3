import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ServiceAccountSecrets, ServiceAccounts } from '../tables/service-accounts.ts'

/** @returns false where the client id is taken, in whichever organization */
export async function insertServiceAccount(
  tx: WriteTx,
  row: Omit<ServiceAccounts, 'organization_id'>,
): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('service_accounts')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) => conflict.column('client_id').doNothing())
    .returning('client_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function insertServiceAccountSecret(
  tx: WriteTx,
  row: Omit<ServiceAccountSecrets, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('service_account_secrets')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/** The account that has this secret, unexpired at `now`. Client ids are unique in the installation. `SYSTEM` only. */
export async function findServiceAccountBySecret(
  tx: ReadTx,
  clientId: string,
  secretHash: string,
  now: number,
): Promise<ServiceAccounts | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  return tx.db
    .selectFrom('service_accounts as account')
    .innerJoin('service_account_secrets as secret', (join) =>
      join
        .onRef('secret.organization_id', '=', 'account.organization_id')
        .onRef('secret.client_id', '=', 'account.client_id'),
    )
    .selectAll('account')
    .where('account.client_id', '=', clientId)
    .where('secret.secret_hash', '=', secretHash)
    .where((is) => is.or([is('secret.expires_at', 'is', null), is('secret.expires_at', '>', now)]))
    .executeTakeFirst()
}
