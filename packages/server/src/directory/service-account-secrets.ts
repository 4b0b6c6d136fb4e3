import { createHash, randomBytes } from 'node:crypto'
import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import type { WriteTx } from '../store/index.ts'
import {
  deleteServiceAccountSecrets,
  insertServiceAccountSecret,
  listServiceAccountSecrets,
  type ServiceAccountSecretRow,
} from '../store/queries/service-account-secrets.ts'
import { refuseForHigherCredential } from './granted-roles.ts'
import { SECRET_HOURS, settingsOf } from './organization-settings.ts'
import { requireServiceAccountRow } from './service-account-rows.ts'

/** One to use and one to change to. */
export const MOST_SECRETS = 2
const HOUR = 3_600_000

/** A secret of a service account, without its value. Times are milliseconds since the epoch. */
export interface ServiceAccountSecret {
  readonly id: string
  readonly createdAt: number
  /** Null where it does not expire, as the one of an organization's first administrator. */
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

export interface NewServiceAccountSecret extends ServiceAccountSecret {
  readonly value: Secret
}

/** `mdb_sa_sk_` and 40 base64url characters: 240 random bits. */
export function newServiceAccountSecret(): Secret {
  return new Secret(`mdb_sa_sk_${randomBytes(30).toString('base64url')}`)
}

/**
 * Adds a second secret, so that the first can be taken out of use without a gap. Its value is returned this once.
 *
 * @throws DomainError `not_found`, `permission_denied`, `secret_limit_reached`, `secret_lifetime_refused`
 */
export function createServiceAccountSecret(
  authority: Authority,
  actor: Actor,
  clientId: string,
  lifetimeHours: number,
): Promise<NewServiceAccountSecret> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    refuseForHigherCredential(actor, await requireServiceAccountRow(tx, clientId))
    if ((await listServiceAccountSecrets(tx, clientId)).length >= MOST_SECRETS)
      throw new DomainError('secret_limit_reached', { limit: MOST_SECRETS })
    const secret = await addSecret(tx, clientId, await expiryAfter(tx, lifetimeHours, at), at)
    await note(tx, actor, 'secret_added', clientId, secret.id, at)
    return secret
  })
}

/**
 * Deletes a secret: nothing is obtained with it any more. Tokens that were obtained with it live to their end.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export function deleteServiceAccountSecret(
  authority: Authority,
  actor: Actor,
  clientId: string,
  id: string,
): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    refuseForHigherCredential(actor, await requireServiceAccountRow(tx, clientId))
    if ((await deleteServiceAccountSecrets(tx, clientId, id)) === 0)
      throw new DomainError('not_found', { type: 'service_account_secret', id })
    await note(tx, actor, 'secret_deleted', clientId, id, at)
  })
}

/** @param value one that was given; a new one when left out */
export async function addSecret(
  tx: WriteTx,
  clientId: string,
  expiresAt: number | null,
  at: number,
  value: Secret = newServiceAccountSecret(),
): Promise<NewServiceAccountSecret> {
  const id = newObjectId()
  const row = { client_id: clientId, secret_hash: hashOfSecret(value), last_used_at: null }
  await insertServiceAccountSecret(tx, { id, ...row, created_at: at, expires_at: expiresAt })
  return { id, createdAt: at, expiresAt, lastUsedAt: null, value }
}

/** @throws DomainError `secret_lifetime_refused` beyond what the transaction's organization allows */
export async function expiryAfter(tx: WriteTx, hours: number, at: number): Promise<number> {
  const most = (await settingsOf(tx)).secretHoursLimit ?? SECRET_HOURS.most
  if (hours > most) throw new DomainError('secret_lifetime_refused', { most })
  return at + hours * HOUR
}

export function secretOf(row: ServiceAccountSecretRow): ServiceAccountSecret {
  return {
    id: row.id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}

export function hashOfSecret(secret: Secret): string {
  return createHash('sha256').update(secret.reveal()).digest('hex')
}

async function note(
  tx: WriteTx,
  actor: Actor,
  change: 'secret_added' | 'secret_deleted',
  clientId: string,
  secret: string,
  at: number,
): Promise<void> {
  const subject = { service_account: clientId, secret }
  await append(tx, { kind: `service_account.${change}`, subject, actor: entryActor(actor) }, at)
}
