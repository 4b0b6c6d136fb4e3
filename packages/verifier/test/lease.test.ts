import { LogIndex } from '@rescind/core/log'
import { beforeEach, describe, expect, it } from 'vitest'
import { Lease } from '../src/follow/lease.ts'

const LOG = 'a'.repeat(24)
const at = (seq: number) => ({ log: LOG, incarnation: 1, seq })
const grant = (seq: number, view = 'v1') =>
  ({ head: at(seq), view, maxStaleness: 10_000, whenStale: 'closed' }) as const

describe('a lease', () => {
  let now: { wall: number; monotonic: number }
  let index: LogIndex
  let lease: Lease
  beforeEach(() => {
    now = { wall: 1_000_000, monotonic: 0 }
    lease = new Lease({ now: () => now.wall, monotonic: () => now.monotonic })
    index = new LogIndex({ log: LOG, classes: ['access'], hashKey: new Uint8Array(16) })
    index.load({ log: LOG, incarnation: 1, seq: 5, view: 'v1', digest: '00'.repeat(32), entries: [] })
  })
  const pass = (wall: number, monotonic = wall) => {
    now = { wall: now.wall + wall, monotonic: now.monotonic + monotonic }
  }
  const applyUpTo = (to: number) =>
    index.apply({
      log: LOG,
      incarnation: 1,
      from: index.seq,
      to,
      view: 'v1',
      digest: '11'.repeat(32),
      entries: [],
    })

  it('there is none before the first', () => {
    expect(lease.staleness).toBe(Number.POSITIVE_INFINITY)
  })

  it('counts from when the acknowledgement was sent', () => {
    const sent = lease.moment()
    pass(700)
    expect(lease.granted(sent, grant(5), index)).toBe(true)
    expect(lease.staleness).toBe(700)
  })

  it('begins once the head of the answer was applied', () => {
    const sent = lease.moment()
    expect(lease.granted(sent, grant(7), index)).toBe(false)
    applyUpTo(6)
    expect([lease.advance(index), lease.staleness]).toEqual([false, Number.POSITIVE_INFINITY])
    pass(300)
    applyUpTo(7)
    expect([lease.advance(index), lease.staleness]).toEqual([true, 300])
  })

  it.each([
    ['a wall clock that jumps ahead', 60_000, 10, 60_000],
    ['a wall clock that is set back', -3_600_000, 400, 400],
    ['a machine that slept', 50_000, 5, 50_000],
  ])('ages by the larger of two clocks: %s', (_, wall, monotonic, staleness) => {
    lease.granted(lease.moment(), grant(5), index)
    pass(wall, monotonic)
    expect(lease.staleness).toBe(staleness)
  })

  it('is not for another view, nor for an index with a hole', () => {
    expect(lease.granted(lease.moment(), grant(5, 'v2'), index)).toBe(false)
    index.apply({
      log: LOG,
      incarnation: 1,
      from: 8,
      to: 9,
      view: 'v1',
      digest: '11'.repeat(32),
      entries: [],
    })
    expect(lease.granted(lease.moment(), grant(5), index)).toBe(false)
    expect(lease.staleness).toBe(Number.POSITIVE_INFINITY)
  })

  it('is never made younger by an older answer', () => {
    const early = lease.moment()
    pass(1_000)
    lease.granted(lease.moment(), grant(5), index)
    expect(lease.granted(early, grant(5), index)).toBe(false)
    expect(lease.staleness).toBe(0)
  })
})
