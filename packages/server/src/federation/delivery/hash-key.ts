import { randomBytes } from 'node:crypto'
import { HASH_KEY_BYTES } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { Secret } from '../../secrets/index.ts'
import { SYSTEM } from '../../store/index.ts'
import { findFact, insertFact } from '../../store/queries/installation.ts'

/**
 * The key under which the snapshots of a log hash ids: one per log, the same on every authority node, or a follower
 * that moved between two of them would have to forget what it knows. See `IdHash` of core.
 */
export async function logHashKey(authority: Authority, log: string): Promise<Uint8Array> {
  const name = `log_hash_key:${log}`
  const sealed = await authority.store.read(SYSTEM, (tx) => findFact(tx, name))
  if (sealed !== undefined) return openKey(authority, name, sealed)
  const fresh = new Secret(randomBytes(HASH_KEY_BYTES).toString('base64url'))
  const offered = await authority.vault.seal(fresh, name)
  const kept = await authority.store.write(SYSTEM, async (tx) =>
    // Of two nodes that meet the log at once one makes the key, and the other takes it.
    (await insertFact(tx, name, offered)) ? offered : await findFact(tx, name),
  )
  return openKey(authority, name, kept ?? offered)
}

async function openKey({ vault }: Authority, name: string, sealed: string): Promise<Uint8Array> {
  return Buffer.from((await vault.open(sealed, name)).reveal(), 'base64url')
}
