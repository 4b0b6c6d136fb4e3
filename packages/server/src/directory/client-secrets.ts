import { createHash, timingSafeEqual } from 'node:crypto'
import type { EntryContent } from '@rescind/core/log'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { type ApplicationRow, findApplication } from '../store/queries/applications.ts'
import {
  type ClientSecretRow,
  deleteInactiveClientSecret,
  insertClientSecret,
  listClientSecrets as listRows,
  updateClientSecretStatus,
} from '../store/queries/client-secrets.ts'
import { type ClientMetadata, readClientMetadata } from './client-metadata.ts'
import {
  newClientSecret,
  type PreparedClientSecret,
  prepareClientSecret,
  secretPurpose,
} from './client-secret.ts'

/** Two, so that one can take over from the other. */
export const CLIENT_SECRET_LIMIT = 2

/** A secret of a client, without its value. Times are milliseconds since the epoch. */
export interface ClientSecret {
  readonly id: string
  readonly applicationId: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  /** Tells two secrets apart; of no use to whoever wants the value. */
  readonly secretHash: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** @throws DomainError not_found */
export function listClientSecrets(
  authority: Authority,
  actor: Actor,
  applicationId: string,
): Promise<readonly ClientSecret[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await applicationRow(tx, applicationId)
    return (await listRows(tx, applicationId)).map(clientSecretOf)
  })
}

/** @throws DomainError not_found */
export async function getClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  secretId: string,
): Promise<ClientSecret> {
  const secrets = await listClientSecrets(authority, actor, applicationId)
  return found(
    secrets.find((secret) => secret.id === secretId),
    secretId,
  )
}

/**
 * Adds a secret to a client: the given one, or a new one of 64 characters. The value is in this answer and in
 * none after it.
 *
 * @throws DomainError not_found, client_secret_not_used, client_secret_too_short, client_secret_too_long,
 *   client_secret_not_ascii, client_secret_limit_reached
 */
export async function addClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  given: { readonly value?: Secret; readonly status?: ClientSecret['status'] },
): Promise<{ readonly secret: ClientSecret; readonly value: Secret }> {
  const scope = { organizationId: actor.organizationId }
  const { method } = await authority.store.read(scope, (tx) => applicationRow(tx, applicationId))
  const prepared = await prepareClientSecret(authority, given.value ?? newClientSecret(), method)
  const secret = await authority.store.write(scope, async (tx) => {
    const { row, method: methodNow } = await applicationRow(tx, applicationId)
    if (methodNow !== method) throw new DomainError('client_secret_not_used', { method: methodNow })
    if ((await listRows(tx, applicationId)).length >= CLIENT_SECRET_LIMIT)
      throw new DomainError('client_secret_limit_reached')
    return storeClientSecret(tx, row, prepared, {
      actor,
      at: authority.clock.now(),
      status: given.status ?? 'ACTIVE',
      cause: 'client_secret.added',
    })
  })
  return { secret, value: prepared.value }
}

/**
 * Writes a prepared secret and its entry, inside the transaction that calls for it.
 *
 * @throws nothing of its own: that there is room for it, the caller has seen
 */
export async function storeClientSecret(
  tx: WriteTx,
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  { id, sealed, secretHash }: PreparedClientSecret,
  context: {
    readonly actor: Actor
    readonly at: number
    readonly status: ClientSecret['status']
    readonly cause: string
  },
): Promise<ClientSecret> {
  const { actor, at, status, cause } = context
  const times = { created_at: at, updated_at: at }
  const row = await insertClientSecret(tx, {
    application_id: application.id,
    id,
    status,
    sealed,
    secret_hash: secretHash,
    ...times,
  })
  await append(tx, secretEntry('secret.created', application, row, actor, cause), at)
  return clientSecretOf(row)
}

/** An active secret stays as it is, and nothing is written. @throws DomainError not_found */
export function activateClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  secretId: string,
): Promise<ClientSecret> {
  return setStatus(authority, actor, { applicationId, id: secretId }, 'ACTIVE')
}

/**
 * An inactive secret stays as it is, and nothing is written.
 *
 * @throws DomainError not_found, client_secret_only_active
 */
export function deactivateClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  secretId: string,
): Promise<ClientSecret> {
  return setStatus(authority, actor, { applicationId, id: secretId }, 'INACTIVE')
}

/** What stands against a change of one of a client's secrets: null, or the code that it would be refused with. */
export function secretRefusals(
  all: readonly Pick<ClientSecret, 'status'>[],
  { status }: Pick<ClientSecret, 'status'>,
) {
  const active = all.filter((candidate) => candidate.status === 'ACTIVE')
  return {
    activate: null,
    deactivate: status === 'ACTIVE' && active.length === 1 ? 'client_secret_only_active' : null,
    delete: status === 'ACTIVE' ? 'client_secret_active' : null,
  } as const
}

function setStatus(
  authority: Authority,
  actor: Actor,
  key: { readonly applicationId: string; readonly id: string },
  to: ClientSecret['status'],
): Promise<ClientSecret> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const { row: application } = await applicationRow(tx, key.applicationId)
    const rows = await listRows(tx, key.applicationId)
    const row = found(
      rows.find((candidate) => candidate.id === key.id),
      key.id,
    )
    if (row.status === to) return clientSecretOf(row)
    const refusal = secretRefusals(rows, row).deactivate
    if (to === 'INACTIVE' && refusal !== null) throw new DomainError(refusal)
    const at = authority.clock.now()
    const changed = await updateClientSecretStatus(tx, key, { from: row.status, to, at })
    const [kind, cause] =
      to === 'ACTIVE'
        ? (['secret.activated', 'client_secret.activated'] as const)
        : (['secret.retired', 'client_secret.deactivated'] as const)
    const now = found(changed, key.id)
    await append(tx, secretEntry(kind, application, now, actor, cause), at)
    return clientSecretOf(now)
  })
}

/** @throws DomainError not_found, client_secret_active */
export async function deleteClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  secretId: string,
): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const { row: application } = await applicationRow(tx, applicationId)
    const rows = await listRows(tx, applicationId)
    const row = found(
      rows.find((candidate) => candidate.id === secretId),
      secretId,
    )
    if (!(await deleteInactiveClientSecret(tx, applicationId, secretId)))
      throw new DomainError('client_secret_active')
    const entry = secretEntry('secret.deleted', application, row, actor, 'client_secret.deleted')
    await append(tx, entry, authority.clock.now())
  })
}

/** The values of a client's ACTIVE secrets, oldest first. */
export function openActiveSecrets(
  authority: Pick<Authority, 'vault'>,
  rows: readonly ClientSecretRow[],
): Promise<Secret[]> {
  const active = rows.filter(({ status }) => status === 'ACTIVE')
  return Promise.all(active.map((row) => authority.vault.open(row.sealed, secretPurpose(row.id))))
}

/**
 * Whether a presented value is one of a client's secrets. Each is compared in constant time, over digests of one
 * length.
 */
export function matchesSecret(secrets: readonly Secret[], presented: Secret): boolean {
  let matched = false
  for (const secret of secrets) if (timingSafeEqual(digest(secret), digest(presented))) matched = true
  return matched
}

function digest(secret: Secret): Buffer {
  return createHash('sha256').update(secret.reveal()).digest()
}

async function applicationRow(
  tx: ReadTx,
  id: string,
): Promise<{ readonly row: ApplicationRow; readonly method: ClientMetadata['token_endpoint_auth_method'] }> {
  const row = await findApplication(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'application', id })
  return { row, method: readClientMetadata(row.metadata).token_endpoint_auth_method }
}

function found<T>(secret: T | undefined, id: string): T {
  if (secret === undefined) throw new DomainError('not_found', { type: 'client_secret', id })
  return secret
}

function clientSecretOf(row: ClientSecretRow): ClientSecret {
  return {
    id: row.id,
    applicationId: row.application_id,
    status: row.status,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** The entry of a change to one secret of a client; never its value. */
export function secretEntry(
  kind: 'secret.created' | 'secret.activated' | 'secret.retired' | 'secret.deleted',
  application: Pick<ApplicationRow, 'id' | 'client_id'>,
  row: ClientSecretRow,
  actor: Actor,
  cause: string,
): EntryContent {
  return {
    kind,
    subject: { secret: row.id, client: application.client_id },
    actor: entryActor(actor),
    cause,
    data: { application: application.id, status: row.status },
  }
}
