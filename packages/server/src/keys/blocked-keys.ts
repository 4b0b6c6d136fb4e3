import type { KeyRefusal } from '@rescind/core/keys'
import type { ReasonCode } from '@rescind/core/log'
import { type Actor, entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { findApplication } from '../store/queries/applications.ts'
import { insertBlockedKey, isOwnSigningKey } from '../store/queries/blocked-keys.ts'
import { retireClientKeysByThumbprint } from '../store/queries/client-keys.ts'
import { retireBlockedApiKeys } from './api-encryption-key-blocking.ts'
import { clientKeyEntry } from './client-key-entries.ts'

export interface Blocking {
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string
  readonly reason: { readonly code: ReasonCode; readonly text?: string }
  /** What led to it, e.g. `client_key.private_submitted`. */
  readonly cause: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Blocks a key in the transaction's organization for ever, under any kid: `key.revoked`, and `key.retired` for
 * each key of a client or an API of that thumbprint that was active. Revoking is absolute, so a repeat writes nothing.
 *
 * @returns false where the key was blocked before
 */
export async function blockKey(tx: WriteTx, actor: Actor, blocking: Blocking): Promise<boolean> {
  const { thumbprint, reason, cause, at } = blocking
  if (!(await insertBlockedKey(tx, thumbprint, at))) return false
  await append(
    tx,
    { kind: 'key.revoked', subject: { key: thumbprint }, actor: entryActor(actor), reason, cause },
    at,
  )
  for (const row of await retireClientKeysByThumbprint(tx, thumbprint, at)) {
    const application = await findApplication(tx, row.application_id)
    if (application === undefined) continue
    await append(tx, clientKeyEntry('key.retired', application, row, actor, 'key.revoked'), at)
  }
  await retireBlockedApiKeys(tx, actor, thumbprint, at)
  return true
}

/**
 * Blocks each key whose private part was sent to a place that asks for public keys. That the private members are
 * the right ones is not proved, so a key by which the organization itself signs is left alone: else whoever may
 * manage clients could void every token of the organization by naming its published key.
 *
 * @param refusals of the key policy; others than `private_key_submitted` are passed over
 * @param at milliseconds since the epoch
 */
export async function blockGivenAway(
  tx: WriteTx,
  actor: Actor,
  refusals: readonly KeyRefusal[],
  at: number,
): Promise<void> {
  for (const { code, thumbprint } of refusals) {
    if (code !== 'private_key_submitted' || thumbprint === undefined) continue
    if (await isOwnSigningKey(tx, thumbprint)) continue
    const reason = { code: 'compromised', text: 'The private key was submitted to the authority.' } as const
    await blockKey(tx, actor, { thumbprint, reason, cause: 'client_key.private_submitted', at })
  }
}
