import { CLIENT_KEY_LIMIT, type ClientRing, changeClientRing } from '@rescind/core/keys'
import type { Actor, Authority } from '../authority/index.ts'
import { keyDemandsOf, readClientMetadata } from '../directory/client-metadata.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import { findApplication } from '../store/queries/applications.ts'
import { type ClientKey, clientKeyOf } from './client-key.ts'
import { loadRing, refusalCode } from './client-key-ring.ts'

export const KEY_ACTIONS = ['activate', 'deactivate', 'delete'] as const
/** Null where an action is allowed, else the code that it would be refused with. */
export type KeyActions = Readonly<Record<(typeof KEY_ACTIONS)[number], ErrorCode | null>>

/** For whoever may look and not touch. */
export const NO_KEY_ACTIONS: KeyActions = {
  activate: 'permission_denied',
  deactivate: 'permission_denied',
  delete: 'permission_denied',
}

export interface ClientKeyRings {
  /** Where the client publishes its keys itself; null where they are kept here. */
  readonly jwksUri: string | null
  /** Why no other key may be added; null where one may, as far as that can be said before it is seen. */
  readonly add: ErrorCode | null
  readonly keys: readonly { readonly key: ClientKey; readonly actions: KeyActions }[]
}

/**
 * The keys of a client with what its ring would say to each change: the ring itself is asked, and nothing written.
 *
 * @throws DomainError not_found
 */
export function clientKeyActions(
  authority: Authority,
  actor: Actor,
  applicationId: string,
): Promise<ClientKeyRings> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const application = await findApplication(tx, applicationId)
    if (application === undefined)
      throw new DomainError('not_found', { type: 'application', id: applicationId })
    const metadata = readClientMetadata(application.metadata)
    const { rows, ring } = await loadRing(tx, application, keyDemandsOf(metadata))
    return {
      jwksUri: metadata.jwks_uri ?? null,
      add: refusalOfAdding(metadata.jwks_uri, rows.length),
      keys: rows.map((row) => ({ key: clientKeyOf(row), actions: actionsOn(ring, row.id) })),
    }
  })
}

function refusalOfAdding(jwksUri: string | undefined, keys: number): ErrorCode | null {
  if (jwksUri !== undefined) return 'client_keys_elsewhere'
  return keys >= CLIENT_KEY_LIMIT ? 'client_key_limit_reached' : null
}

function actionsOn(ring: ClientRing, id: string): KeyActions {
  const asked = (type: 'activate' | 'deactivate' | 'remove') => {
    const outcome = changeClientRing(ring, { type, id })
    return outcome.ok ? null : refusalCode(outcome.refusal.code)
  }
  return { activate: asked('activate'), deactivate: asked('deactivate'), delete: asked('remove') }
}
