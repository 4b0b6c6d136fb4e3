import { replaceAll } from '@rescind/core/keys'
import type { Authority } from '../authority/index.ts'
import { requireIssuer } from '../directory/issuer.ts'
import type { WriteTx } from '../store/index.ts'
import { listIssuerIds } from '../store/queries/issuers.ts'
import { advanceSigningRing } from '../store/queries/signing-keys.ts'
import { type FreshSigningKeyPair, makeSigningKey } from './signing-key-material.ts'
import { forgetIssuer } from './signing-keys-memory.ts'
import { loadSigningRing } from './signing-ring.ts'
import { applySigningChanges, type ChangeContext } from './signing-ring-changes.ts'

/** Two fresh keys for each issuer that has any. */
export type FreshRings = ReadonlyMap<string, readonly FreshSigningKeyPair[]>

/** Makes the keys that `replaceSigningKeys` needs: slow, so before its transaction. */
export async function prepareFreshRings(authority: Authority, organizationId: string): Promise<FreshRings> {
  const rings = await authority.store.read({ organizationId }, async (tx) => {
    const found = []
    for (const id of await listIssuerIds(tx)) found.push(await loadSigningRing(tx, id))
    return found
  })
  const fresh = new Map<string, readonly FreshSigningKeyPair[]>()
  for (const ring of rings) {
    if (ring === undefined || ring.keys.length === 0) continue
    const pair = [makeSigningKey(authority, ring.algorithm), makeSigningKey(authority, ring.algorithm)]
    fresh.set(ring.issuerId, await Promise.all(pair))
  }
  return fresh
}

/**
 * Revokes every signing key of the organization and publishes fresh ones, in the caller's transaction. Rings that were
 * never used stay empty.
 *
 * @returns how many issuers sign by another key now; undefined where a ring has changed since the keys were made, and
 *   then the transaction must be given up
 */
export async function replaceSigningKeys(
  authority: Authority,
  tx: WriteTx,
  fresh: FreshRings,
  context: Omit<ChangeContext, 'issuer'>,
): Promise<number | undefined> {
  const now = authority.clock.now()
  let replaced = 0
  for (const issuerId of await listIssuerIds(tx)) {
    const ring = await loadSigningRing(tx, issuerId)
    if (ring === undefined || ring.keys.length === 0) continue
    const keys = fresh.get(issuerId)?.filter(({ algorithm }) => algorithm === ring.algorithm) ?? []
    const outcome = replaceAll(ring, { now, fresh: keys.map(({ kid, thumbprint }) => ({ kid, thumbprint })) })
    if (!outcome.ok) return undefined
    const moved = await advanceSigningRing(
      tx,
      { issuer_id: issuerId, version: ring.version },
      { rotate_at: null },
    )
    if (!moved) return undefined
    const issuer = await requireIssuer(authority, tx, issuerId)
    await applySigningChanges(tx, { ...context, issuer }, ring, outcome.changes, keys)
    tx.afterCommit(() => forgetIssuer(authority, issuerId))
    replaced += 1
  }
  return replaced
}
