import { decodeSnapshot, type Entry, encodeSnapshot } from '@rescind/core/log'
import { standing } from '@rescind/core/standing'
import { describe, expect, it } from 'vitest'
import { actor, DIGEST, emptyIndex, entryAt, frame, indexAtStart, indexOf, LOG, OTHER_LOG } from './world.ts'

const tokenRevoked = (seq: number, token = `jti-${seq}`): Entry =>
  entryAt(
    { kind: 'token.revoked', subject: { token }, data: { class: 'access' }, actor },
    { incarnation: 1, seq },
  )
const floor = (seq: number, at: number, of: 'access' | 'refresh' | 'session' = 'access'): Entry =>
  entryAt(
    { kind: 'index.floor', subject: {}, data: { class: of, floor: at }, actor },
    { incarnation: 1, seq },
  )
const facts = (token: string, seq: number) =>
  ({
    origin: 'own',
    class: 'access',
    position: { log: LOG, incarnation: 1, seq },
    token,
    users: [],
    clients: [],
    resources: [],
  }) as const

describe('a follower', () => {
  it('moves over ranges that join on, also empty and overlapping ones', () => {
    const index = indexAtStart()
    expect(index.apply(frame([tokenRevoked(1)]))).toBe('applied')
    expect(index.apply(frame([], { from: 1, to: 5 }))).toBe('applied')
    expect(index.apply(frame([], { from: 3, to: 7, digest: 'cd'.repeat(32) }))).toBe('applied')
    expect(index.apply(frame([tokenRevoked(1)]))).toBe('known')
    expect(index.position).toEqual({ log: LOG, incarnation: 1, seq: 7 })
    expect(index.digest).toBe('cd'.repeat(32))
  })

  it('is not whole after a gap until a snapshot is loaded', () => {
    const index = indexAtStart()
    expect(index.apply(frame([tokenRevoked(3)]))).toBe('gap')
    expect(index.apply(frame([tokenRevoked(1)]))).toBe('gap')
    expect(index.position.seq).toBe(0)
    expect(
      index.load(decodeSnapshot(encodeSnapshot(indexOf([1, 2, 3, 4].map((seq) => tokenRevoked(seq)))))),
    ).toBe('applied')
    expect(index.hole).toBeUndefined()
    expect(index.position.seq).toBe(4)
  })

  it('notices a gap of one', () => {
    const index = indexOf([tokenRevoked(1), tokenRevoked(2)])
    expect(index.apply(frame([tokenRevoked(4)]))).toBe('gap')
    expect(index.hole).toBe('gap')
    expect(index.position.seq).toBe(2)
  })

  it('is built from pages of live entries as from one snapshot', () => {
    const index = indexAtStart()
    index.apply(frame([tokenRevoked(2), tokenRevoked(5)], { from: 0 }))
    index.apply(frame([tokenRevoked(9)], { from: 5 }))
    expect(index.apply(frame([], { from: 9, to: 12 }))).toBe('applied')
    expect(index.ids.size).toBe(3)
  })

  it('is not whole after its view changed until a snapshot of that view is loaded', () => {
    const index = indexAtStart()
    expect(index.apply(frame([tokenRevoked(1)], { view: 'another' }))).toBe('view')
    expect(index.apply(frame([tokenRevoked(1)]))).toBe('view')
    expect(
      index.load({ log: LOG, incarnation: 1, seq: 1, view: 'another', digest: DIGEST, entries: [] }),
    ).toBe('applied')
    expect(index.apply(frame([tokenRevoked(2)], { view: 'another' }))).toBe('applied')
  })

  it('is never taken back', () => {
    const index = indexOf([tokenRevoked(1), tokenRevoked(2)])
    const older = encodeSnapshot(indexOf([tokenRevoked(1)]))
    expect(index.load(decodeSnapshot(older))).toBe('behind')
    expect(index.apply(frame([], { incarnation: 2, from: 0, to: 1 }))).toBe('incarnation')
    expect(index.apply(frame([tokenRevoked(3)]))).toBe('behind')
    expect(
      index.load(decodeSnapshot(encodeSnapshot(indexOf([1, 2, 3].map((seq) => tokenRevoked(seq)))))),
    ).toBe('behind')
    expect(index.position).toEqual({ log: LOG, incarnation: 2, seq: 0 })
  })

  it('takes nothing from another log', () => {
    const index = indexAtStart()
    expect(index.apply({ ...frame([tokenRevoked(1)]), log: OTHER_LOG })).toBe('other_log')
    expect(
      index.load({ log: OTHER_LOG, incarnation: 1, seq: 9, view: 'v', digest: DIGEST, entries: [] }),
    ).toBe('other_log')
    expect(index.position.seq).toBe(0)
    expect(index.ids.size).toBe(0)
  })

  it('is unblocked by a snapshot when the unblocking itself was lost', () => {
    const block = entryAt({ kind: 'user.blocked', subject: { user: 'u' }, actor }, { incarnation: 1, seq: 1 })
    const unblock = entryAt(
      { kind: 'user.unblocked', subject: { user: 'u' }, actor },
      { incarnation: 1, seq: 2 },
    )
    const index = indexOf([block])
    index.apply(frame([], { from: 5, to: 6 }))
    const whole = indexOf([block, unblock])
    whole.apply(frame([], { from: 2, to: 6 }))
    index.load(decodeSnapshot(encodeSnapshot(whole)))
    expect(index.blocks.user('u')).toBeUndefined()
    index.apply(frame([block]))
    expect(index.blocks.user('u')).toBeUndefined()
  })
})

describe('forgetting', () => {
  it('happens only under a floor, which voids what is forgotten', () => {
    const revoked = Array.from({ length: 2_000 }, (_, place) => tokenRevoked(place + 1))
    const index = indexOf(revoked)
    const before = index.ids.size
    index.apply(frame([floor(2_001, 1_500)]))
    for (const seq of [1, 700, 1_499]) {
      expect(standing(facts(`jti-${seq}`, seq - 1), index).standing).toBe('revoked')
    }
    expect(standing(facts('jti-1600', 1_599), index)).toMatchObject({ standing: 'revoked', rule: 'token' })
    expect(standing(facts('never', 1_500), index)).toEqual({ standing: 'active' })
    const more = Array.from({ length: 4_000 }, (_, place) => tokenRevoked(2_002 + place))
    index.apply(frame(more))
    expect(before).toBe(2_000)
    expect(index.ids.size).toBe(4_500)
  })

  it('of a floor that is lower, or of a class not judged here, changes nothing', () => {
    const index = indexOf([tokenRevoked(1), floor(2, 2), floor(3, 1)])
    expect(index.floor('access')).toBe(2)
    expect(index.floor('refresh')).toBe(0)
  })

  it('of a cutoff waits for the floors of all classes', () => {
    const cutoff = entryAt(
      { kind: 'user.revoked', subject: { user: 'u' }, actor },
      { incarnation: 1, seq: 1 },
    )
    const index = indexOf([cutoff, floor(2, 2), floor(3, 3, 'refresh')])
    expect(index.cutoffs.users.size).toBe(1)
    index.apply(frame([floor(4, 2, 'session')]))
    expect(index.cutoffs.users.size).toBe(0)
  })
})

describe('the memory of an index', () => {
  it('is bounded: what does not fit makes it incomplete, and what it held stays', () => {
    const index = emptyIndex(64 * 1024)
    index.load({ log: LOG, incarnation: 1, seq: 0, view: 'whole', digest: DIGEST, entries: [] })
    const revoked = Array.from({ length: 10_000 }, (_, place) => tokenRevoked(place + 1))
    expect(index.apply(frame(revoked))).toBe('overflow')
    expect(index.memory).toBeLessThanOrEqual(64 * 1024)
    expect(standing(facts('jti-1', 0), index)).toMatchObject({ standing: 'revoked' })
    expect(standing(facts('jti-9999', 0), index)).toEqual({ standing: 'stale', hole: 'overflow' })
    expect(standing(facts('never', 0), index)).toEqual({ standing: 'stale', hole: 'overflow' })
    expect(index.apply(frame([], { from: 10_000, to: 10_001 }))).toBe('overflow')
  })

  it('counts cutoffs too', () => {
    const index = emptyIndex(8 * 1024)
    index.load({ log: LOG, incarnation: 1, seq: 0, view: 'whole', digest: DIGEST, entries: [] })
    const cutoffs = Array.from({ length: 500 }, (_, place) =>
      entryAt(
        { kind: 'user.revoked', subject: { user: `u${place}` }, actor },
        { incarnation: 1, seq: place + 1 },
      ),
    )
    expect(index.apply(frame(cutoffs))).toBe('overflow')
  })

  it('takes at most 32 bytes for each of many ids loaded from a snapshot', () => {
    const sender = emptyIndex(2 ** 28)
    const revoked = Array.from({ length: 50_000 }, (_, place) => tokenRevoked(place + 1))
    sender.load({ log: LOG, incarnation: 1, seq: 0, view: 'whole', digest: DIGEST, entries: [] })
    sender.apply(frame(revoked))
    const index = emptyIndex(2 ** 28)
    index.load(decodeSnapshot(encodeSnapshot(sender)))
    expect(index.ids.size).toBe(50_000)
    expect(index.memory / 50_000).toBeLessThan(32)
    for (const seq of [1, 25_000, 50_000]) {
      expect(standing(facts(`jti-${seq}`, 0), index)).toMatchObject({ by: { incarnation: 1, seq } })
    }
  })
})
