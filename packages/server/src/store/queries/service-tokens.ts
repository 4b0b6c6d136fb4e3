import type { Selectable } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ServiceTokens } from '../tables/service-tokens.ts'
import type { ServiceAccountRow } from './service-accounts.ts'

export type ServiceTokenRow = Selectable<ServiceTokens>

export async function insertServiceToken(
  tx: WriteTx,
  row: Omit<ServiceTokenRow, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('service_tokens')
    .values({ ...row, organization_id: organizationOf(tx) })
    .execute()
}

/** A token with the account that it is of, as that is at this moment. `SYSTEM` only: the `jti` is all that is known. */
export async function findServiceTokenAnywhere(
  tx: ReadTx,
  id: string,
): Promise<{ readonly token: ServiceTokenRow; readonly account: ServiceAccountRow } | undefined> {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up a credential needs the scope SYSTEM')
  const token = await tx.db.selectFrom('service_tokens').selectAll().where('id', '=', id).executeTakeFirst()
  if (token === undefined) return undefined
  const account = await tx.db
    .selectFrom('service_accounts')
    .selectAll()
    .where('organization_id', '=', token.organization_id)
    .where('client_id', '=', token.client_id)
    .executeTakeFirst()
  return account && { token, account }
}

/** How many tokens of an account have not expired at `now`. */
export async function countServiceTokens(tx: ReadTx, clientId: string, now: number): Promise<number> {
  const { count } = await tx.db
    .selectFrom('service_tokens')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** One token of an account, or all of them. @returns those that there were */
export function deleteServiceTokens(tx: WriteTx, clientId: string, id?: string): Promise<ServiceTokenRow[]> {
  let query = tx.db
    .deleteFrom('service_tokens')
    .where('organization_id', '=', organizationOf(tx))
    .where('client_id', '=', clientId)
  if (id !== undefined) query = query.where('id', '=', id)
  return query.returningAll().execute()
}

/** @returns how many were removed, at most `limit` */
export async function deleteExpiredServiceTokens(
  tx: WriteTx,
  before: number,
  limit: number,
): Promise<number> {
  const organizationId = organizationOf(tx)
  const removed = await tx.db
    .deleteFrom('service_tokens')
    .where('organization_id', '=', organizationId)
    .where('id', 'in', (query) =>
      query
        .selectFrom('service_tokens')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where('expires_at', '<', before)
        .limit(limit),
    )
    .returning('id')
    .execute()
  return removed.length
}
