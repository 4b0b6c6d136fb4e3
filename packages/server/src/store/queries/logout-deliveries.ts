import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { organizationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { Tables } from '../tables/index.ts'
import type { LogoutDeliveries, SessionClients } from '../tables/logout-deliveries.ts'

export type LogoutDeliveryKey = Pick<LogoutDeliveries, 'session_id' | 'client_id' | 'issuer_id'>

/** Remembers that a session has signed its user in to a client; a part of the transaction that does so. */
export async function rememberSessionClient(
  tx: WriteTx,
  row: Omit<SessionClients, 'organization_id'>,
): Promise<void> {
  await tx.db
    .insertInto('session_clients')
    .values({ ...row, organization_id: organizationOf(tx) })
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'session_id', 'client_id', 'issuer_id'])
        .doUpdateSet({ expires_at: row.expires_at }),
    )
    .execute()
}

/** Which sessions have ended: one, all of a user, all that began through an identity provider, or all there are. */
export type EndedSessions =
  | { readonly session: string }
  | { readonly user: string }
  | { readonly identityProvider: string }
  | 'all'

/** Moves the clients of sessions that end now into the outbox: one statement, however many there are. */
export async function queueLogouts(tx: WriteTx, ended: EndedSessions, at: number): Promise<void> {
  const organization = organizationOf(tx)
  const is = (eb: ExpressionBuilder<Tables, 'session_clients'>): Expression<SqlBool> => {
    if (ended === 'all') return eb('organization_id', '=', organization)
    if ('session' in ended) return eb('session_id', '=', ended.session)
    if ('user' in ended) return eb('user_id', '=', ended.user)
    return eb('identity_provider', '=', ended.identityProvider)
  }
  await tx.db
    .insertInto('logout_deliveries')
    .columns([
      'organization_id',
      'session_id',
      'client_id',
      'issuer_id',
      'user_id',
      'queued_at',
      'attempts',
      'next_at',
    ])
    .expression((eb) =>
      eb
        .selectFrom('session_clients')
        .select(['organization_id', 'session_id', 'client_id', 'issuer_id', 'user_id'])
        .select([eb.val(at).as('queued_at'), eb.lit(0).as('attempts'), eb.val(at).as('next_at')])
        .where('organization_id', '=', organization)
        .where(is)
        .where('expires_at', '>', at),
    )
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'session_id', 'client_id', 'issuer_id']).doNothing(),
    )
    .execute()
  await tx.db.deleteFrom('session_clients').where('organization_id', '=', organization).where(is).execute()
}

/** What is due, of every organization, longest due first. `SYSTEM` only. */
export async function listDueLogouts(tx: ReadTx, now: number, limit: number): Promise<LogoutDeliveries[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('the whole outbox needs the scope SYSTEM')
  return tx.db
    .selectFrom('logout_deliveries')
    .selectAll()
    .where('parked_at', 'is', null)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
}

/**
 * Takes one delivery for an attempt, so that no other node makes it too.
 *
 * @param seen what `next_at` was
 * @returns false where somebody else was first
 */
export async function claimLogout(
  tx: WriteTx,
  key: LogoutDeliveryKey,
  seen: number,
  until: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('logout_deliveries')
    .set((row) => ({ next_at: until, attempts: row('attempts', '+', 1) }))
    .where('organization_id', '=', organizationOf(tx))
    .where('session_id', '=', key.session_id)
    .where('client_id', '=', key.client_id)
    .where('issuer_id', '=', key.issuer_id)
    .where('next_at', '=', seen)
    .where('parked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Says when the next attempt is due, or that there is none by itself. @returns false where it is gone */
export async function postponeLogout(
  tx: WriteTx,
  key: LogoutDeliveryKey,
  change: Partial<Pick<LogoutDeliveries, 'next_at' | 'parked_at' | 'problem' | 'attempts'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('logout_deliveries')
    .set(change)
    .where('organization_id', '=', organizationOf(tx))
    .where('session_id', '=', key.session_id)
    .where('client_id', '=', key.client_id)
    .where('issuer_id', '=', key.issuer_id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The client has been told, or has nothing to be told by. */
export async function deleteLogout(tx: WriteTx, key: LogoutDeliveryKey): Promise<void> {
  await tx.db
    .deleteFrom('logout_deliveries')
    .where('organization_id', '=', organizationOf(tx))
    .where('session_id', '=', key.session_id)
    .where('client_id', '=', key.client_id)
    .where('issuer_id', '=', key.issuer_id)
    .execute()
}

/** The organization's outbox, oldest first: what waits for an attempt, and what is parked. */
export async function listLogouts(tx: ReadTx, limit: number): Promise<LogoutDeliveries[]> {
  return tx.db
    .selectFrom('logout_deliveries')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .orderBy('queued_at')
    .orderBy('session_id')
    .orderBy('client_id')
    .limit(limit)
    .execute()
}

/** Forgets sessions that have expired by themselves, of which nobody is told. `SYSTEM` only. @returns how many */
export async function forgetExpiredSessionClients(
  tx: WriteTx,
  before: number,
  limit: number,
): Promise<number> {
  if (tx.scope !== SYSTEM) throw new TypeError('the sessions of all organizations need the scope SYSTEM')
  const expired = await tx.db
    .selectFrom('session_clients')
    .select(['organization_id', 'session_id'])
    .distinct()
    .where('expires_at', '<', before)
    .limit(limit)
    .execute()
  for (const { organization_id, session_id } of expired)
    await tx.db
      .deleteFrom('session_clients')
      .where('organization_id', '=', organization_id)
      .where('session_id', '=', session_id)
      .where('expires_at', '<', before)
      .execute()
  return expired.length
}
