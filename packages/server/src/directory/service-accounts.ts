import { createHash, randomBytes } from 'node:crypto'
import { type Actor, type Authority, newObjectId, type Role } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM, type WriteTx } from '../store/index.ts'
import {
  findServiceAccountBySecret,
  insertServiceAccount,
  insertServiceAccountSecret,
} from '../store/queries/service-accounts.ts'
import { decodeRoles, encodeRoles } from './roles.ts'

export interface ServiceAccountCredential {
  /** `mdb_sa_id_` and 24 hexadecimal characters. */
  readonly clientId: string
  /** `mdb_sa_sk_` and 40 base64url characters when generated. */
  readonly clientSecret: Secret
}

export function newServiceAccountCredential(): ServiceAccountCredential {
  return {
    clientId: `mdb_sa_id_${newObjectId()}`,
    clientSecret: new Secret(`mdb_sa_sk_${randomBytes(30).toString('base64url')}`),
  }
}

/**
 * Adds a service account with its first secret, which does not expire, to the organization of the transaction.
 *
 * @param at milliseconds since the epoch
 * @throws DomainError `service_account_taken` when the client id exists in the installation
 */
export async function addServiceAccount(
  tx: WriteTx,
  actor: Actor,
  { clientId, clientSecret }: ServiceAccountCredential,
  content: { readonly name: string; readonly description: string; readonly roles: readonly Role[] },
  at: number,
): Promise<void> {
  const added = await insertServiceAccount(tx, {
    client_id: clientId,
    name: content.name,
    description: content.description,
    roles: encodeRoles(content.roles),
    created_at: at,
  })
  if (!added) throw new DomainError('service_account_taken')
  await insertServiceAccountSecret(tx, {
    id: newObjectId(),
    client_id: clientId,
    secret_hash: hashOf(clientSecret),
    created_at: at,
    expires_at: null,
  })
  const { type, id } = actor
  const subject = { service_account: clientId }
  await append(tx, { kind: 'service_account.created', subject, actor: { type, id } }, at)
}

/** Who presents these client credentials, or `undefined` when they are unknown or expired. */
export async function authenticateServiceAccount(
  authority: Authority,
  { clientId, clientSecret }: ServiceAccountCredential,
): Promise<Actor | undefined> {
  const row = await authority.store.read(SYSTEM, (tx) =>
    findServiceAccountBySecret(tx, clientId, hashOf(clientSecret), authority.clock.now()),
  )
  if (row === undefined) return undefined
  return {
    type: 'service_account',
    id: row.client_id,
    name: row.name,
    organizationId: row.organization_id,
    roles: decodeRoles(row.roles),
  }
}

function hashOf(secret: Secret): string {
  return createHash('sha256').update(secret.reveal()).digest('hex')
}
