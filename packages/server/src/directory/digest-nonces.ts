import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { spendNonce } from '../store/queries/digest-nonces.ts'
import { DIGEST_REALM } from './digest-keys.ts'
import { installationSecret } from './installation-secret.ts'

/** Milliseconds for which a nonce may be used, first and again. */
export const NONCE_LIFETIME = 300_000

/*
 * A nonce is 24 bytes in base64, as Atlas's: seconds since the epoch (4), random (6), and a code over both and the
 * realm (14) under a key that all nodes of the installation share. So any node knows its own kind, nothing is kept
 * of a nonce that nobody used, and nobody else can make one.
 */
const TIME = 4
const SEED = 10
const LENGTH = 24

const keys = new WeakMap<Authority['store'], Promise<Buffer>>()

/** What a presented nonce is: ours and young, ours and too old, or nobody's. */
export type NonceAge = 'fresh' | 'expired' | 'foreign'

export async function newNonce(authority: Authority): Promise<string> {
  const seed = Buffer.alloc(SEED)
  seed.writeUInt32BE(Math.floor(authority.clock.now() / 1000))
  randomBytes(SEED - TIME).copy(seed, TIME)
  return Buffer.concat([seed, codeOver(seed, await keyOf(authority))]).toString('base64')
}

export async function judgeNonce(authority: Authority, nonce: string): Promise<NonceAge> {
  const bytes = Buffer.from(nonce, 'base64')
  // Base64 has other spellings of the same bytes; each would be a nonce of its own to spend.
  if (bytes.length !== LENGTH || bytes.toString('base64') !== nonce) return 'foreign'
  const seed = bytes.subarray(0, SEED)
  if (!timingSafeEqual(codeOver(seed, await keyOf(authority)), bytes.subarray(SEED))) return 'foreign'
  const age = authority.clock.now() - seed.readUInt32BE() * 1000
  // Another node's clock may be ahead of this one's.
  return Math.abs(age) <= NONCE_LIFETIME ? 'fresh' : 'expired'
}

/**
 * Uses a count of a nonce up, on every node at once. Call only for a request that has proved its key.
 *
 * @returns false where the count is not higher than the last one, or the nonce is another key's
 */
export function useNonce(
  authority: Authority,
  { nonce, nc, digestKeyId }: { readonly nonce: string; readonly nc: number; readonly digestKeyId: string },
): Promise<boolean> {
  // Kept for as long as it could be presented, also by the clock of a node that is behind.
  const expires_at = authority.clock.now() + 3 * NONCE_LIFETIME
  return authority.store.write(SYSTEM, (tx) =>
    spendNonce(tx, { nonce, nc, digest_key_id: digestKeyId, expires_at }),
  )
}

function codeOver(seed: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key)
    .update(DIGEST_REALM)
    .update('\0')
    .update(seed)
    .digest()
    .subarray(0, LENGTH - SEED)
}

function keyOf(authority: Authority): Promise<Buffer> {
  const known = keys.get(authority.store)
  if (known !== undefined) return known
  const made = installationSecret(
    authority,
    'digest_nonce_key',
    () => new Secret(randomBytes(32).toString('base64url')),
  ).then((secret) => Buffer.from(secret.reveal(), 'base64url'))
  keys.set(authority.store, made)
  made.catch(() => keys.delete(authority.store))
  return made
}
