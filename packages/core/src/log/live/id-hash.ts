import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Length of the key, in bytes. */
export const HASH_KEY_BYTES = 16

/**
 * SipHash with 128 bits of output, over the UTF-8 of an id.
 *
 * The table of revoked ids keeps hashes, so two things must not be in the gift of whoever chooses an id: to make
 * many ids share a slot, which would slow every look-up, and to make an id collide with somebody else's, which
 * would refuse an innocent token (the other direction does not exist: a collision never un-revokes). SipHash under
 * a secret key gives neither; a fast unkeyed hash, or one such as Murmur whose collisions hold under every seed,
 * would give both. One compression and three finalization rounds are what hash tables use (Rust, CPython): half
 * the time of the 2-4 variant, with no attack known that a table would feel.
 *
 * The key is the authority's, one per log, and travels in the snapshot, which lets the snapshot carry 16 bytes an
 * id in place of the id. Those who then know it are the clusters of the organization, who do not choose ids.
 */
export class IdHash {
  readonly key: Uint8Array
  /** The four words of the last hash: valid until the next one. No allocation on the path of a request. */
  readonly words = new Int32Array(4)
  readonly #key = new Int32Array(4)
  readonly #compression: number
  readonly #finalization: number

  constructor(key: Uint8Array, compression = 1, finalization = 3) {
    if (key.length !== HASH_KEY_BYTES) throw new TypeError(`a hash key has ${HASH_KEY_BYTES} bytes`)
    // Not `slice`: on one of Node's Buffers it copies nothing, and its memory begins elsewhere.
    this.key = new Uint8Array(key)
    const view = new DataView(this.key.buffer)
    for (let word = 0; word < 4; word++) this.#key[word] = view.getInt32(word * 4, true)
    this.#compression = compression
    this.#finalization = finalization
  }

  /** Hashes an id into `words`. */
  hash(id: string): Int32Array {
    if (this.#digest(id) > 0x7f) {
      let bytes = ''
      for (const byte of utf8ToBytes(id)) bytes += String.fromCharCode(byte)
      this.#digest(bytes)
    }
    return this.words
  }

  /** Hashes characters as bytes; returns the OR of all character codes, which tells whether they were. */
  #digest(bytes: string): number {
    // By index: taking the array apart would run its iterator, which costs as much as the hash.
    const key = this.#key
    const k0l = key[0] ?? 0
    const k0h = key[1] ?? 0
    const k1l = key[2] ?? 0
    const k1h = key[3] ?? 0
    const compression = this.#compression
    const finalization = this.#finalization
    const length = bytes.length
    const blocks = length >>> 3
    let v0l = k0l ^ 0x70736575
    let v0h = k0h ^ 0x736f6d65
    let v1l = k1l ^ 0x6e646f6d ^ 0xee
    let v1h = k1h ^ 0x646f7261
    let v2l = k0l ^ 0x6e657261
    let v2h = k0h ^ 0x6c796765
    let v3l = k1l ^ 0x79746573
    let v3h = k1h ^ 0x74656462
    let seen = 0
    // One step per block, the last of which holds the rest and the length; then two steps of finalization.
    for (let step = 0; step <= blocks + 2; step++) {
      let ml = 0
      let mh = 0
      if (step < blocks) {
        const at = step << 3
        const a = bytes.charCodeAt(at)
        const b = bytes.charCodeAt(at + 1)
        const c = bytes.charCodeAt(at + 2)
        const d = bytes.charCodeAt(at + 3)
        const e = bytes.charCodeAt(at + 4)
        const f = bytes.charCodeAt(at + 5)
        const g = bytes.charCodeAt(at + 6)
        const h = bytes.charCodeAt(at + 7)
        seen |= a | b | c | d | e | f | g | h
        ml = a | (b << 8) | (c << 16) | (d << 24)
        mh = e | (f << 8) | (g << 16) | (h << 24)
      } else if (step === blocks) {
        mh = length << 24
        for (let at = blocks << 3; at < length; at++) {
          const code = bytes.charCodeAt(at)
          seen |= code
          if (at & 4) mh |= code << ((at & 3) << 3)
          else ml |= code << ((at & 3) << 3)
        }
      } else if (step === blocks + 1) v2l ^= 0xee
      else v1l ^= 0xdd
      v3l ^= ml
      v3h ^= mh
      for (let round = step <= blocks ? compression : finalization; round > 0; round--) {
        let low = (v0l >>> 0) + (v1l >>> 0)
        v0h = (v0h + v1h + (low > 0xffffffff ? 1 : 0)) | 0
        v0l = low | 0
        let high = (v1h << 13) | (v1l >>> 19)
        v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l
        v1h = high ^ v0h
        high = v0l
        v0l = v0h
        v0h = high
        low = (v2l >>> 0) + (v3l >>> 0)
        v2h = (v2h + v3h + (low > 0xffffffff ? 1 : 0)) | 0
        v2l = low | 0
        high = (v3h << 16) | (v3l >>> 16)
        v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l
        v3h = high ^ v2h
        low = (v0l >>> 0) + (v3l >>> 0)
        v0h = (v0h + v3h + (low > 0xffffffff ? 1 : 0)) | 0
        v0l = low | 0
        high = (v3h << 21) | (v3l >>> 11)
        v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l
        v3h = high ^ v0h
        low = (v2l >>> 0) + (v1l >>> 0)
        v2h = (v2h + v1h + (low > 0xffffffff ? 1 : 0)) | 0
        v2l = low | 0
        high = (v1h << 17) | (v1l >>> 15)
        v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l
        v1h = high ^ v2h
        high = v2l
        v2l = v2h
        v2h = high
      }
      v0l ^= ml
      v0h ^= mh
      if (step === blocks + 1) {
        this.words[0] = v0l ^ v1l ^ v2l ^ v3l
        this.words[1] = v0h ^ v1h ^ v2h ^ v3h
      }
    }
    this.words[2] = v0l ^ v1l ^ v2l ^ v3l
    this.words[3] = v0h ^ v1h ^ v2h ^ v3h
    return seen
  }
}
