import type { Budget } from './budget.ts'

/** Four words of hash and one of sequence. */
const STRIDE = 5
const SLOT_BYTES = STRIDE * 4
const LOAD = 0.65
/** A shard grows by this, so that its load stays between about half and `LOAD`. */
const GROWTH = 1.3
const SMALLEST = 16
const MAX_OFFSET = 0xffffffff
const SHARD_BITS = 6

interface Shard {
  words: Int32Array
  count: number
}

/**
 * Individually revoked ids: open addressing over 128-bit hashes in typed arrays, 20 bytes a slot, so about 31
 * bytes an id. Beside the hash a slot keeps the sequence of the revocation, from which follow both the answer "by
 * which entry" and the moment to forget: once a floor lies at or above it, the floor voids what the id did. An
 * expiry would tell the time instead, and time is not what forgetting may depend on.
 *
 * The table is cut into shards by the first bits of the hash, each of which grows by itself: a table of ten
 * million ids never stops the process for longer than the move of a sixty-fourth of it.
 */
export class IdTable {
  readonly #budget: Budget
  readonly #shards: (Shard | undefined)[] = new Array(1 << SHARD_BITS).fill(undefined)
  /** Sequences are kept as their distance from here, which fits 32 bits for four thousand million entries. */
  readonly #base: number
  #floor = 0
  #size = 0

  /** @param base no sequence at or below it will be added with its exact value */
  constructor(budget: Budget, base = 0) {
    this.#budget = budget
    this.#base = base
  }

  /** How many ids are held, including those under a floor that are yet to be swept out. */
  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + (shard?.words.byteLength ?? 0), 0)
  }

  /** The sequence of the entry that revoked the id, or 0. */
  find(hash: Int32Array): number {
    const h0 = hash[0] ?? 0
    const shard = this.#shards[h0 >>> (32 - SHARD_BITS)]
    if (shard === undefined) return 0
    const words = shard.words
    const h1 = hash[1] ?? 0
    const h2 = hash[2]
    const h3 = hash[3]
    for (let at = home(h1, words.length); ; ) {
      const offset = words[at + 4] ?? 0
      if (offset === 0) return 0
      if (words[at] === h0 && words[at + 1] === h1 && words[at + 2] === h2 && words[at + 3] === h3) {
        const seq = this.#base + (offset >>> 0)
        return seq > this.#floor ? seq : 0
      }
      at += STRIDE
      if (at === words.length) at = 0
    }
  }

  /** Adds an id, or raises the sequence of one that is there. Turned away when the budget is spent. */
  add(hash: Int32Array, seq: number): void {
    if (seq <= this.#floor) return
    const offset = Math.max(1, seq - this.#base)
    if (offset > MAX_OFFSET) {
      this.#budget.exceed()
      return
    }
    const place = (hash[0] ?? 0) >>> (32 - SHARD_BITS)
    let shard = this.#shards[place]
    if (shard === undefined) {
      shard = { words: new Int32Array(0), count: 0 }
      this.#shards[place] = shard
    }
    if ((shard.count + 1) * STRIDE > shard.words.length * LOAD && !this.#grow(shard, SMALLEST)) return
    if (put(shard.words, hash, 0, offset)) {
      shard.count++
      this.#size++
    }
  }

  /**
   * Makes room at once for ids that are about to be added, which saves moving them on the way and leaves no slack.
   *
   * @param records their hashes and four more bytes each, as a snapshot has them
   * @returns whether the budget allows it
   */
  reserve(records: DataView): boolean {
    const counts = new Uint32Array(this.#shards.length)
    for (let at = 0; at < records.byteLength; at += SLOT_BYTES) {
      const place = records.getInt32(at, true) >>> (32 - SHARD_BITS)
      counts[place] = (counts[place] ?? 0) + 1
    }
    for (const [place, count] of counts.entries()) {
      if (count === 0) continue
      const shard = this.#shards[place] ?? { words: new Int32Array(0), count: 0 }
      this.#shards[place] = shard
      const slots = Math.max(SMALLEST, Math.ceil((count + 1) / LOAD))
      if (shard.words.length < slots * STRIDE && !this.#grow(shard, slots)) return false
    }
    return true
  }

  /** Forgets what a floor has taken over. The room is won back when a shard next grows. */
  raiseFloor(floor: number): void {
    this.#floor = Math.max(this.#floor, floor)
  }

  /** Calls back with every id that is not under the floor. The words are valid during the call. */
  each(callback: (words: Int32Array, at: number, seq: number) => void): void {
    for (const shard of this.#shards) {
      if (shard === undefined) continue
      for (let at = 0; at < shard.words.length; at += STRIDE) {
        const offset = shard.words[at + 4] ?? 0
        const seq = this.#base + (offset >>> 0)
        if (offset !== 0 && seq > this.#floor) callback(shard.words, at, seq)
      }
    }
  }

  /** Gives the room back. The table is not used again. */
  release(): void {
    this.#budget.take(-this.bytes)
    this.#shards.fill(undefined)
    this.#size = 0
  }

  #grow(shard: Shard, smallest: number): boolean {
    const old = shard.words
    let kept = 0
    for (let at = 4; at < old.length; at += STRIDE) if (this.#isLive(old[at] ?? 0)) kept++
    const slots = Math.max(smallest, Math.ceil(((kept + 1) / LOAD) * GROWTH))
    if (!this.#budget.take(slots * SLOT_BYTES - old.byteLength)) return false
    const words = new Int32Array(slots * STRIDE)
    for (let at = 0; at < old.length; at += STRIDE) {
      const offset = old[at + 4] ?? 0
      if (this.#isLive(offset)) put(words, old, at, offset)
    }
    this.#size += kept - shard.count
    shard.words = words
    shard.count = kept
    return true
  }

  #isLive(offset: number): boolean {
    return offset !== 0 && this.#base + (offset >>> 0) > this.#floor
  }
}

/** Where the search for a hash begins: its second word, scaled to the number of slots. */
function home(h1: number, length: number): number {
  return Math.floor((h1 >>> 0) * (length / STRIDE) * 2 ** -32) * STRIDE
}

/** Returns whether the id is new. */
function put(words: Int32Array, hash: Int32Array, from: number, offset: number): boolean {
  const h0 = hash[from] ?? 0
  const h1 = hash[from + 1] ?? 0
  const h2 = hash[from + 2] ?? 0
  const h3 = hash[from + 3] ?? 0
  for (let at = home(h1, words.length); ; ) {
    const held = words[at + 4] ?? 0
    if (held === 0) {
      words[at] = h0
      words[at + 1] = h1
      words[at + 2] = h2
      words[at + 3] = h3
      words[at + 4] = offset
      return true
    }
    if (words[at] === h0 && words[at + 1] === h1 && words[at + 2] === h2 && words[at + 3] === h3) {
      if (offset >>> 0 > held >>> 0) words[at + 4] = offset
      return false
    }
    at += STRIDE
    if (at === words.length) at = 0
  }
}
