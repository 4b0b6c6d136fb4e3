import { API_KEY_LIMIT, type ApiEncryptionRing, changeApiEncryptionRing } from '@rescind/core/keys'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import { listApiEncryptionKeys } from '../store/queries/api-encryption-keys.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { blockedAmong } from '../store/queries/blocked-keys.ts'
import { type ApiEncryptionKey, asRingKey, readApiEncryptionKey } from './api-encryption-key.ts'
import { encryptionRefusalCode } from './api-encryption-keys.ts'
import type { KeyActions } from './client-key-actions.ts'

export interface ShownEncryptionRing {
  readonly encrypts: boolean
  /** Where the API publishes its keys itself; null where they are kept here. */
  readonly jwksUri: string | null
  readonly limit: number
  /** Why no other key may be added; null where one may, as far as that can be said before it is seen. */
  readonly add: ErrorCode | null
  readonly keys: readonly { readonly key: ApiEncryptionKey; readonly actions: KeyActions }[]
}

/**
 * The encryption keys of an authorization server with what their ring would say to each change: the ring itself is
 * asked, and nothing written.
 *
 * @throws DomainError not_found
 */
export function apiEncryptionKeyActions(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
): Promise<ShownEncryptionRing> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const server = await findAuthorizationServer(tx, authorizationServerId)
    if (server === undefined)
      throw new DomainError('not_found', { type: 'authorization_server', id: authorizationServerId })
    const held = (await listApiEncryptionKeys(tx, server.id)).map(readApiEncryptionKey)
    const ring: ApiEncryptionRing = {
      keys: held.map((key) => asRingKey(key, key.id, key.status)),
      blocked: await blockedAmong(
        tx,
        held.map(({ thumbprint }) => thumbprint),
      ),
      limit: authority.apiEncryptionKeyLimit ?? API_KEY_LIMIT,
      accessTokenEncryption: server.encryption_alg !== null,
    }
    const full = held.length >= ring.limit ? 'api_key_limit_reached' : null
    return {
      encrypts: ring.accessTokenEncryption,
      jwksUri: server.jwks_uri,
      limit: ring.limit,
      add: server.jwks_uri === null ? full : 'api_keys_elsewhere',
      keys: held.map((key) => ({ key, actions: actionsOn(ring, key.id) })),
    }
  })
}

function actionsOn(ring: ApiEncryptionRing, id: string): KeyActions {
  const asked = (type: 'activate' | 'deactivate' | 'remove') => {
    const outcome = changeApiEncryptionRing(ring, { type, id })
    return outcome.ok ? null : encryptionRefusalCode(outcome.refusal.code)
  }
  return { activate: asked('activate'), deactivate: asked('deactivate'), delete: asked('remove') }
}
