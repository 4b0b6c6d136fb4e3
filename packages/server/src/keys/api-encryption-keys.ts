import {
  API_KEY_LIMIT,
  type ApiEncryptionRingOutcome,
  type ApiEncryptionRingRefusalCode,
  changeApiEncryptionRing,
  type KeyRowChange,
  type KeyStatus,
  type ReplacementKey,
  replaceApiEncryptionKeys,
} from '@rescind/core/keys'
import type { EntryContent, Position } from '@rescind/core/log'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { customIssuerUrl } from '../directory/issuer.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import {
  deleteApiEncryptionKey as deleteRow,
  insertApiEncryptionKey,
  listApiEncryptionKeys as listRows,
  updateApiEncryptionKey,
} from '../store/queries/api-encryption-keys.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { blockedAmong } from '../store/queries/blocked-keys.ts'
import type { AuthorizationServers } from '../store/tables/authorization-servers.ts'
import {
  type ApiEncryptionKey,
  asRingKey,
  type CheckedEncryptionKey,
  checkEncryptionKey,
  readApiEncryptionKey,
} from './api-encryption-key.ts'

export type { ApiEncryptionKey } from './api-encryption-key.ts'

/**
 * The encryption keys of an authorization server, in order of creation.
 *
 * @throws DomainError not_found
 */
export async function listApiEncryptionKeys(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
): Promise<ApiEncryptionKey[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    return (await listRows(tx, authorizationServerId)).map(readApiEncryptionKey)
  })
}

/** @throws DomainError not_found */
export async function getApiEncryptionKey(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<ApiEncryptionKey> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    return requireKey((await listRows(tx, authorizationServerId)).map(readApiEncryptionKey), id)
  })
}

/**
 * Adds a key, INACTIVE (Okta: resource-server keys are activated in a step of their own).
 *
 * @param jwk the key as it came from outside
 * @throws DomainError not_found, api_key_…
 */
export async function addApiEncryptionKey(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  jwk: unknown,
  status: KeyStatus = 'INACTIVE',
): Promise<ApiEncryptionKey> {
  const key = await checkEncryptionKey(authority, actor, jwk)
  const id = newId('apk')
  const keys = await change(authority, actor, authorizationServerId, [key], (ring) =>
    changeApiEncryptionRing(ring, { type: 'add', key: { ...asRingKey(key, id, status) } }),
  )
  return requireKey(keys, id)
}

/**
 * Makes a key the one that access tokens are encrypted to; the active one before it becomes INACTIVE in the same
 * transaction. An ACTIVE key stays as it is.
 *
 * @throws DomainError not_found, api_key_blocked
 */
export function activateApiEncryptionKey(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<ApiEncryptionKey> {
  return command(authority, actor, authorizationServerId, 'activate', id)
}

/**
 * Retires the active key. An INACTIVE key stays as it is.
 *
 * @throws DomainError not_found, api_key_encrypts_tokens
 */
export function deactivateApiEncryptionKey(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<ApiEncryptionKey> {
  return command(authority, actor, authorizationServerId, 'deactivate', id)
}

/**
 * Deletes an INACTIVE key. It may return: deleting is not revoking.
 *
 * @throws DomainError not_found, api_key_active
 */
export async function deleteApiEncryptionKey(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<void> {
  await change(authority, actor, authorizationServerId, [], (ring) =>
    changeApiEncryptionRing(ring, { type: 'remove', id }),
  )
}

/** A key as it stands in an authorization server's own `jwks`. */
export interface ReplacingEncryptionKey extends CheckedEncryptionKey {
  /** The id that the request gave it. */
  readonly claimedId: string | null
  readonly status: KeyStatus | null
}

/**
 * Replaces all keys by those of the authorization server's settings, inside its transaction. Unlike an added key,
 * one of these may be ACTIVE.
 *
 * @param server the row with the settings that come into force
 * @throws DomainError api_key_…
 */
export async function replaceEncryptionKeys(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  server: Pick<AuthorizationServers, 'id' | 'encryption_alg'>,
  keys: readonly ReplacingEncryptionKey[],
): Promise<void> {
  const replacements = keys.map(
    (key): ReplacementKey => ({ ...asRingKey(key, newId('apk'), key.status), claimedId: key.claimedId }),
  )
  const incoming = new Map(replacements.map(({ id }, index) => [id, keys[index]]))
  await changeIn(
    authority,
    tx,
    actor,
    server,
    (id) => incoming.get(id),
    keys,
    (ring) => replaceApiEncryptionKeys(ring, replacements),
  )
}

async function command(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  type: 'activate' | 'deactivate',
  id: string,
): Promise<ApiEncryptionKey> {
  const keys = await change(authority, actor, authorizationServerId, [], (ring) =>
    changeApiEncryptionRing(ring, { type, id }),
  )
  return requireKey(keys, id)
}

type Judge = (ring: Parameters<typeof changeApiEncryptionRing>[0]) => ApiEncryptionRingOutcome

/** One command on the ring of one authorization server, in a transaction of its own. */
function change(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  incoming: readonly CheckedEncryptionKey[],
  judge: Judge,
): Promise<ApiEncryptionKey[]> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const server = await requireServer(tx, authorizationServerId)
    if (server.jwks_uri !== null && incoming.length > 0) throw new DomainError('api_keys_elsewhere')
    return changeIn(authority, tx, actor, server, () => incoming[0], incoming, judge)
  })
}

/** Judges a change of the ring, applies it and records it; the ring as it is afterwards. */
async function changeIn(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  server: Pick<AuthorizationServers, 'id' | 'encryption_alg'>,
  materialOf: (id: string) => CheckedEncryptionKey | undefined,
  incoming: readonly CheckedEncryptionKey[],
  judge: Judge,
): Promise<ApiEncryptionKey[]> {
  const held = (await listRows(tx, server.id)).map(readApiEncryptionKey)
  const limit = authority.apiEncryptionKeyLimit ?? API_KEY_LIMIT
  const outcome = judge({
    keys: held.map((key) => asRingKey(key, key.id, key.status)),
    blocked: await blockedAmong(
      tx,
      [...held, ...incoming].map((key) => key.thumbprint),
    ),
    limit,
    accessTokenEncryption: server.encryption_alg !== null,
  })
  if (!outcome.ok) throw refusal(outcome.refusal.code, outcome.refusal.key, limit)
  const now = authority.clock.now()
  for (const step of outcome.changes) {
    const key = step.type === 'add' ? materialOf(step.key.id) : held.find(({ id }) => id === step.id)
    if (key === undefined) throw new TypeError('a ring changed a key that it does not hold')
    const positions: Position[] = []
    for (const entry of entriesOf(authority, actor, server.id, step, key))
      positions.push(await append(tx, entry, now))
    await apply(tx, server.id, step, key, positions[0]?.seq ?? 0, now)
  }
  return (await listRows(tx, server.id)).map(readApiEncryptionKey)
}

async function apply(
  tx: WriteTx,
  authorizationServerId: string,
  step: KeyRowChange,
  { jwk }: CheckedEncryptionKey,
  seq: number,
  now: number,
): Promise<void> {
  switch (step.type) {
    case 'add': {
      const { id, kid, status, thumbprint } = step.key
      return insertApiEncryptionKey(tx, {
        id,
        authorization_server_id: authorizationServerId,
        kid,
        status,
        thumbprint,
        jwk: JSON.stringify(jwk),
        added_seq: seq,
        created_at: now,
        updated_at: now,
      })
    }
    case 'update':
      return updateApiEncryptionKey(tx, step.id, { kid: step.kid, updated_at: now })
    case 'activate':
      return updateApiEncryptionKey(tx, step.id, { status: 'ACTIVE', updated_at: now })
    case 'deactivate':
      return updateApiEncryptionKey(tx, step.id, { status: 'INACTIVE', updated_at: now })
    case 'remove':
      return deleteRow(tx, step.id)
  }
}

/** The ring's name in entries. */
const RING = 'api_encryption'

function entriesOf(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  step: KeyRowChange,
  key: CheckedEncryptionKey,
): readonly EntryContent[] {
  const id = step.type === 'add' ? step.key.id : step.id
  const kid = (step.type === 'update' ? step.kid : key.kid) ?? id
  const jwk = { ...key.jwk, kid, use: 'enc' } as const
  const issuer = customIssuerUrl(authority, authorizationServerId)
  const about = {
    subject: { key: key.thumbprint, issuer, authorization_server: authorizationServerId },
    actor: entryActor(actor),
  }
  const data = { ring: RING, kid, use: 'enc' } as const
  switch (step.type) {
    case 'add': {
      const published = { ...about, kind: 'key.published', data: { ...data, jwk } } as const
      if (step.key.status === 'INACTIVE') return [published]
      return [published, { ...about, kind: 'key.activated', data }]
    }
    case 'update':
      return [{ ...about, kind: 'key.published', data: { ...data, jwk } }]
    case 'activate':
      return [{ ...about, kind: 'key.activated', data }]
    case 'deactivate':
      return [{ ...about, kind: 'key.retired', data }]
    case 'remove':
      return [{ ...about, kind: 'key.deleted', data }]
  }
}

const REFUSALS: Record<ApiEncryptionRingRefusalCode, ErrorCode> = {
  key_not_found: 'not_found',
  key_blocked: 'api_key_blocked',
  key_limit_reached: 'api_key_limit_reached',
  kid_required: 'api_key_kid_not_unique',
  kid_duplicate: 'api_key_kid_not_unique',
  encryption_key_not_rsa: 'api_key_not_rsa',
  key_added_active: 'api_key_added_active',
  active_encryption_key_exists: 'api_key_second_active',
  active_encryption_key_required: 'api_key_encrypts_tokens',
  active_key_not_removable: 'api_key_active',
}

function refusal(code: ApiEncryptionRingRefusalCode, key: string | null, limit: number): DomainError {
  if (code === 'key_not_found') return keyNotFound(key ?? '')
  return new DomainError(REFUSALS[code], { limit })
}

/** What the domain calls a refusal of the ring. */
export function encryptionRefusalCode(code: ApiEncryptionRingRefusalCode): ErrorCode {
  return REFUSALS[code]
}

async function requireServer(tx: ReadTx, id: string): Promise<AuthorizationServers> {
  const server = await findAuthorizationServer(tx, id)
  if (server === undefined) throw new DomainError('not_found', { type: 'authorization_server', id })
  return server
}

function requireKey(keys: readonly ApiEncryptionKey[], id: string): ApiEncryptionKey {
  const key = keys.find((candidate) => candidate.id === id)
  if (key === undefined) throw keyNotFound(id)
  return key
}

function keyNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'encryption_key', id })
}
