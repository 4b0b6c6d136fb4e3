import { hash } from 'node:crypto'

/** Rounds of the network: three make a pseudo-random permutation of a random function (Luby and Rackoff), one more a strong one. */
const ROUNDS = 4

/**
 * The place that the nth token of a list has: every number below `size` once, in an order that tells nobody which
 * tokens were issued one after the other (Token Status List, "Unlinkability" and "Unique index": a place is given at
 * random, and never twice). A Feistel network, so that no table of free places has to be kept.
 *
 * @param size a power of four, at most 4^8
 */
export function shuffled(key: string, size: number, nth: number): number {
  const bits = Math.log2(size) / 2
  if (!Number.isInteger(bits) || bits < 1 || bits > 8) throw new RangeError('the size is no power of four')
  if (!Number.isInteger(nth) || nth < 0 || nth >= size) throw new RangeError('there is no such place')
  const mask = 2 ** bits - 1
  let [left, right] = [nth >> bits, nth & mask]
  for (let round = 0; round < ROUNDS; round += 1) {
    const mixed = hash('sha256', `${key}:${round}:${right}`, 'buffer').readUInt8(0) & mask
    ;[left, right] = [right, left ^ mixed]
  }
  return (left << bits) | right
}
