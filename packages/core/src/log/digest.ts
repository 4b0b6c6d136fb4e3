import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical-json.ts'
import type { Entry } from './entry.ts'

/** The digest before the first entry of an incarnation. */
export const GENESIS_DIGEST = '0'.repeat(64)

/**
 * Chains an entry to the one before it: SHA-256 over the previous digest (32 bytes) and the entry's canonical
 * JSON. Changing, removing or reordering any entry changes every digest after it.
 *
 * @param previous lower-case hexadecimal, 64 characters
 */
export function entryDigest(previous: string, entry: Entry): string {
  const hash = sha256.create()
  hash.update(hexToBytes(previous))
  hash.update(utf8ToBytes(encodeEntry(entry)))
  return bytesToHex(hash.digest())
}

/** The one spelling of an entry, which is what the store keeps and what the digest covers. */
export function encodeEntry(entry: Entry): string {
  return canonicalJson(entry)
}
