import { type ClientRingCommand, changeClientRing, type RingKey } from '@rescind/core/keys'
import type { Actor, Authority } from '../authority/index.ts'
import { keyDemandsOf, readClientMetadata } from '../directory/client-metadata.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { type ApplicationRow, findApplication } from '../store/queries/applications.ts'
import { type ClientKeyRow, listClientKeys as listRows } from '../store/queries/client-keys.ts'
import { blockGivenAway } from './blocked-keys.ts'
import { type ClientKey, clientKeyOf } from './client-key.ts'
import { loadRing, writeRingChanges } from './client-key-ring.ts'
import {
  judgeClientKey,
  keyRefused,
  type PreparedClientKey,
  type SubmittedClientKey,
} from './submitted-key.ts'

/**
 * The keys of a client, signing and encryption, active and inactive, in the order in which they were added. A
 * client that publishes its keys at a `jwks_uri` has none here.
 *
 * @throws DomainError not_found
 */
export function listClientKeys(
  authority: Authority,
  actor: Actor,
  applicationId: string,
): Promise<readonly ClientKey[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const { id } = await applicationRow(tx, applicationId)
    return (await listRows(tx, id)).map(clientKeyOf)
  })
}

/** @throws DomainError not_found: no such application, or it has no such key */
export async function getClientKey(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  keyId: string,
): Promise<ClientKey> {
  const keys = await listClientKeys(authority, actor, applicationId)
  const key = keys.find((candidate) => candidate.id === keyId)
  if (key === undefined) throw new DomainError('not_found', { type: 'client_key', id: keyId })
  return key
}

/**
 * Adds one key to a client. Private members are refused, and the key that was given away is blocked in the whole
 * organization before the refusal is answered.
 *
 * @throws DomainError not_found, client_keys_elsewhere, client_key_private, or what the key policy and the ring say
 */
export async function addClientKey(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  submitted: SubmittedClientKey,
): Promise<ClientKey> {
  const judged = judgeClientKey(submitted)
  if (!judged.ok) {
    await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
      await applicationRow(tx, applicationId)
      await blockGivenAway(tx, actor, [judged.refusal], authority.clock.now())
    })
    throw keyRefused(judged.refusal)
  }
  const { key } = judged
  const row = await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const application = await applicationRow(tx, applicationId)
    const metadata = readClientMetadata(application.metadata)
    if (metadata.jwks_uri !== undefined) throw new DomainError('client_keys_elsewhere')
    const loaded = await loadRing(tx, application, keyDemandsOf(metadata), [key])
    const outcome = changeClientRing(loaded.ring, { type: 'add', key: ringPart(key) })
    const at = authority.clock.now()
    const rows = await writeRingChanges(tx, loaded, outcome, {
      actor,
      at,
      cause: 'client_key.added',
      prepared: [key],
    })
    return keyRow(rows, key.id)
  })
  return clientKeyOf(row)
}

/**
 * Activates a key; an encryption key takes the place of the one that was active. An active key stays as it is,
 * and nothing is written.
 *
 * @throws DomainError not_found, client_key_blocked
 */
export function activateClientKey(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  keyId: string,
): Promise<ClientKey> {
  return changeOne(authority, actor, applicationId, { type: 'activate', id: keyId }, 'client_key.activated')
}

/**
 * Deactivates a key, unless the client's settings need it. An inactive key stays as it is, and nothing is written.
 *
 * @throws DomainError not_found, client_key_only_active, client_key_signs_requests, client_key_encrypts_tokens
 */
export function deactivateClientKey(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  keyId: string,
): Promise<ClientKey> {
  return changeOne(
    authority,
    actor,
    applicationId,
    { type: 'deactivate', id: keyId },
    'client_key.deactivated',
  )
}

/**
 * Deletes an inactive key. Deleting is not revoking: the same key may be added again.
 *
 * @throws DomainError not_found, client_key_active
 */
export async function deleteClientKey(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  keyId: string,
): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await changeRing(tx, authority, actor, applicationId, { type: 'remove', id: keyId }, 'client_key.deleted')
  })
}

async function changeOne(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  command: Extract<ClientRingCommand, { id: string }>,
  cause: string,
): Promise<ClientKey> {
  const rows = await authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    changeRing(tx, authority, actor, applicationId, command, cause),
  )
  return clientKeyOf(keyRow(rows, command.id))
}

async function changeRing(
  tx: WriteTx,
  { clock }: Authority,
  actor: Actor,
  applicationId: string,
  command: ClientRingCommand,
  cause: string,
): Promise<readonly ClientKeyRow[]> {
  const application = await applicationRow(tx, applicationId)
  const loaded = await loadRing(tx, application, keyDemandsOf(readClientMetadata(application.metadata)))
  const outcome = changeClientRing(loaded.ring, command)
  return writeRingChanges(tx, loaded, outcome, { actor, at: clock.now(), cause })
}

async function applicationRow(tx: ReadTx, id: string): Promise<ApplicationRow> {
  const row = await findApplication(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'application', id })
  return row
}

function keyRow(rows: readonly ClientKeyRow[], id: string): ClientKeyRow {
  const row = rows.find((candidate) => candidate.id === id)
  if (row === undefined) throw new Error('a key is missing in the ring that it was written to')
  return row
}

function ringPart({ id, kid, thumbprint, use, kty, crv, alg, status }: PreparedClientKey): RingKey {
  return { id, kid, thumbprint, use, kty, crv, alg, status: status ?? 'ACTIVE' }
}
