import { organizationOf, type ReadTx } from '../store.ts'

/** What people call things, by id; whatever is gone has no name here. At most a page of ids at once. */
export type Names = ReadonlyMap<string, string>

/** Logins of users. */
export async function loginsOf(tx: ReadTx, ids: readonly string[]): Promise<Names> {
  if (ids.length === 0) return new Map()
  const rows = await tx.db
    .selectFrom('users')
    .select(['id', 'login'])
    .where('organization_id', '=', organizationOf(tx))
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map(({ id, login }) => [id, login]))
}

/** Labels of applications, by client id. */
export async function labelsOfClients(tx: ReadTx, clientIds: readonly string[]): Promise<Names> {
  if (clientIds.length === 0) return new Map()
  const rows = await tx.db
    .selectFrom('applications')
    .select(['client_id', 'label'])
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', 'in', clientIds)
    .execute()
  return new Map(rows.map(({ client_id, label }) => [client_id, label]))
}

/** Names of APIs, by identifier. */
export async function namesOfApis(tx: ReadTx, identifiers: readonly string[]): Promise<Names> {
  if (identifiers.length === 0) return new Map()
  const rows = await tx.db
    .selectFrom('apis')
    .select(['identifier', 'name'])
    .where('organization_id', '=', organizationOf(tx))
    .where('identifier', 'in', identifiers)
    .execute()
  return new Map(rows.map(({ identifier, name }) => [identifier, name]))
}
