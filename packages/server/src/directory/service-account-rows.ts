import { DomainError } from '../errors/index.ts'
import type { ReadTx } from '../store/index.ts'
import { findServiceAccount, type ServiceAccountRow } from '../store/queries/service-accounts.ts'

/** @throws DomainError `not_found` where the transaction's organization has no such account */
export async function requireServiceAccountRow(tx: ReadTx, clientId: string): Promise<ServiceAccountRow> {
  const row = await findServiceAccount(tx, clientId)
  if (row === undefined) throw new DomainError('not_found', { type: 'service_account', id: clientId })
  return row
}
