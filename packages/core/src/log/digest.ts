import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical-json.ts'
import type { Entry } from './entry.ts'

/** The digest before the first entry of an incarnation. */
export const GENESIS_DIGEST = '0'.repeat(64)

/** SHA-256 of some bytes. Where the platform has a faster one than the portable default, it may be passed in. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/**
 * Chains an entry to the one before it: SHA-256 over the previous digest (32 bytes) and the entry's canonical
 * JSON. Changing, removing or reordering any entry changes every digest after it.
 *
 * @param previous lower-case hexadecimal, 64 characters
 */
export function entryDigest(previous: string, entry: Entry, hash: Sha256 = sha256): string {
  return chainDigest(previous, encodeEntry(entry), hash)
}

/** `entryDigest` for an entry that is already encoded, as an append that also stores the text has it. */
export function chainDigest(previous: string, encoded: string, hash: Sha256 = sha256): string {
  return bytesToHex(hash(concatBytes(hexToBytes(previous), utf8ToBytes(encoded))))
}

/** The one spelling of an entry, which is what the store keeps and what the digest covers. */
export function encodeEntry(entry: Entry): string {
  return canonicalJson(entry)
}
