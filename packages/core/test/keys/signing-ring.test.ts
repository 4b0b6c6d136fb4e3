import {
  activeKey,
  applySigningKeyChanges,
  dueChanges,
  isWithinActiveSpan,
  nextRotationAt,
  publishedKeys,
  revoke,
  rotate,
  type SigningKey,
  type SigningRing,
  type SigningRingOutcome,
  signingPolicy,
} from '@rescind/core/keys'
import { describe, expect, it } from 'vitest'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const policy = signingPolicy({ longestJwksCache: 10 * MINUTE, longestTokenLifetime: DAY, leeway: MINUTE })
const START = Date.UTC(2026, 0, 1)
const nothing: ReadonlySet<string> = new Set()

const fresh = (...kids: string[]) => kids.map((kid) => ({ kid, thumbprint: `thumbprint-${kid}` }))
const statuses = (ring: SigningRing) => Object.fromEntries(ring.keys.map(({ kid, status }) => [kid, status]))
const kids = (keys: readonly SigningKey[]) => keys.map(({ kid }) => kid)

/** The ring once its shell has applied what was judged. */
function after(ring: SigningRing, outcome: SigningRingOutcome): SigningRing {
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return { ...ring, keys: applySigningKeyChanges(ring.keys, outcome.changes) }
}

const empty: SigningRing = { keys: [], blocked: nothing }
const begun = after(empty, dueChanges(empty, { now: START, fresh: fresh('a', 'b') }, policy))
const seen = START + policy.prePublication

describe('a signing ring', () => {
  it('begins with an ACTIVE key and a NEXT one', () => {
    expect(statuses(begun)).toEqual({ a: 'ACTIVE', b: 'NEXT' })
    expect(activeKey(begun)).toMatchObject({ kid: 'a', publishedAt: START, activatedAt: START })
  })

  it('rotates: ACTIVE expires, NEXT signs, a fresh key is published', () => {
    const outcome = rotate(begun, { now: seen, fresh: fresh('c') }, policy)
    expect(outcome).toEqual({
      ok: true,
      changes: [
        { type: 'retire', kid: 'a', at: seen, retainUntil: seen + DAY + MINUTE },
        { type: 'activate', kid: 'b', at: seen },
        { type: 'publish', key: { kid: 'c', thumbprint: 'thumbprint-c' }, status: 'NEXT', at: seen },
      ],
    })
    expect(statuses(after(begun, outcome))).toEqual({ a: 'EXPIRED', b: 'ACTIVE', c: 'NEXT' })
  })

  it('FAULTS 35: does not sign with a key that verifiers had no time to see', () => {
    expect(rotate(begun, { now: seen - 1, fresh: fresh('c') }, policy)).toEqual({
      ok: false,
      refusal: { code: 'next_key_unseen', key: 'b', notBefore: seen },
    })
  })

  it('FAULTS 35: does so in an emergency, at a documented cost', () => {
    const outcome = rotate(begun, { now: START, fresh: fresh('c'), emergency: true }, policy)
    expect(statuses(after(begun, outcome))).toEqual({ a: 'EXPIRED', b: 'ACTIVE', c: 'NEXT' })
  })

  it('turns to a fresh key where there is no NEXT, in an emergency only', () => {
    const lone = { ...begun, keys: begun.keys.filter((key) => key.status === 'ACTIVE') }
    const moment = { now: START + 90 * DAY, fresh: fresh('c', 'd') }
    expect(rotate(lone, moment, policy)).toMatchObject({ refusal: { code: 'next_key_unseen', key: null } })
    const outcome = rotate(lone, { ...moment, emergency: true }, policy)
    expect(statuses(after(lone, outcome))).toEqual({ a: 'EXPIRED', c: 'ACTIVE', d: 'NEXT' })
  })

  it('says how many fresh keys it needs', () => {
    const refusal = (needed: number) => ({ refusal: { code: 'fresh_key_required', needed } })
    expect(dueChanges(empty, { now: START, fresh: [] }, policy)).toMatchObject(refusal(2))
    expect(dueChanges(empty, { now: START, fresh: fresh('a') }, policy)).toMatchObject(refusal(2))
    expect(rotate(begun, { now: seen, fresh: [] }, policy)).toMatchObject(refusal(1))
  })

  it('FAULTS 33: takes no key twice, under any kid', () => {
    const rotateTo = (kid: string, thumbprint: string) =>
      rotate(begun, { now: seen, fresh: [{ kid, thumbprint }] }, policy)
    expect(rotateTo('a', 'thumbprint-new')).toMatchObject({ refusal: { code: 'kid_reused' } })
    expect(rotateTo('new', 'thumbprint-a')).toMatchObject({ refusal: { code: 'kid_reused' } })
  })

  it('FAULTS 33: takes no key for both places', () => {
    const twins = [
      { kid: 'a', thumbprint: 'thumbprint-same' },
      { kid: 'b', thumbprint: 'thumbprint-same' },
    ]
    const outcome = dueChanges(empty, { now: START, fresh: twins }, policy)
    expect(outcome).toMatchObject({ refusal: { code: 'kid_reused', key: 'b' } })
  })

  it('FAULTS 36: takes no blocked key, under any kid', () => {
    const ring = { ...begun, blocked: new Set(['thumbprint-stolen']) }
    const moment = { now: seen, fresh: [{ kid: 'innocent', thumbprint: 'thumbprint-stolen' }] }
    expect(rotate(ring, moment, policy)).toMatchObject({ refusal: { code: 'key_blocked', key: 'innocent' } })
  })
})

describe('AUTO rotation', () => {
  it('is due after its interval, and not a millisecond before', () => {
    const due = START + 90 * DAY
    expect(nextRotationAt(begun, policy)).toBe(due)
    expect(dueChanges(begun, { now: due - 1, fresh: [] }, policy)).toEqual({ ok: true, changes: [] })
    const rotated = after(begun, dueChanges(begun, { now: due, fresh: fresh('c') }, policy))
    expect(statuses(rotated)).toEqual({ a: 'EXPIRED', b: 'ACTIVE', c: 'NEXT' })
  })

  it('FAULTS 35: waits for a NEXT that was published late', () => {
    const due = START + 90 * DAY
    const keys = begun.keys.map((key) => (key.kid === 'b' ? { ...key, publishedAt: due - 1 } : key))
    const late = { ...begun, keys }
    expect(dueChanges(late, { now: due, fresh: fresh('c') }, policy)).toEqual({ ok: true, changes: [] })
    expect(nextRotationAt(late, policy)).toBe(due - 1 + policy.prePublication)
  })

  it('FAULTS 16: a clock that steps back postpones, and changes nothing', () => {
    expect(dueChanges(begun, { now: 0, fresh: fresh('c') }, policy)).toEqual({ ok: true, changes: [] })
  })

  it('replaces a missing NEXT', () => {
    const revoked = after(begun, revoke(begun, 'b', { now: seen, fresh: [] }))
    expect(nextRotationAt(revoked, policy)).toBeNull()
    const replenished = after(revoked, dueChanges(revoked, { now: seen, fresh: fresh('c') }, policy))
    expect(statuses(replenished)).toEqual({ a: 'ACTIVE', b: 'REVOKED', c: 'NEXT' })
  })

  it('FAULTS 35: keeps a retired key published for the longest token and leeway, then withdraws it', () => {
    const rotated = after(begun, rotate(begun, { now: seen, fresh: fresh('c') }, policy))
    const end = seen + DAY + MINUTE
    expect(kids(publishedKeys(rotated, end - 1))).toEqual(['a', 'b', 'c'])
    expect(dueChanges(rotated, { now: end - 1, fresh: [] }, policy)).toEqual({ ok: true, changes: [] })
    expect(kids(publishedKeys(rotated, end))).toEqual(['b', 'c'])
    const outcome = dueChanges(rotated, { now: end, fresh: [] }, policy)
    expect(outcome).toEqual({ ok: true, changes: [{ type: 'withdraw', kid: 'a', at: end }] })
    // Withdrawn for good: a clock that steps back does not bring it back.
    expect(kids(publishedKeys(after(rotated, outcome), START))).toEqual(['b', 'c'])
  })
})

describe('revoking a signing key', () => {
  it('turns from the ACTIVE key to the pre-published NEXT in the same changes', () => {
    const outcome = revoke(begun, 'a', { now: START, fresh: fresh('c') })
    expect(outcome).toEqual({
      ok: true,
      changes: [
        { type: 'revoke', kid: 'a', at: START },
        { type: 'activate', kid: 'b', at: START },
        { type: 'publish', key: { kid: 'c', thumbprint: 'thumbprint-c' }, status: 'NEXT', at: START },
      ],
    })
    expect(kids(publishedKeys(after(begun, outcome), START))).toEqual(['b', 'c'])
  })

  it('is not delayed by the lack of a fresh key while there is a NEXT', () => {
    const revoked = after(begun, revoke(begun, 'a', { now: START, fresh: [] }))
    expect(statuses(revoked)).toEqual({ a: 'REVOKED', b: 'ACTIVE' })
  })

  it('asks for a fresh key where there is no NEXT', () => {
    const lone = after(begun, revoke(begun, 'a', { now: START, fresh: [] }))
    expect(revoke(lone, 'b', { now: START, fresh: [] })).toMatchObject({
      refusal: { code: 'fresh_key_required', needed: 1 },
    })
    const replaced = after(lone, revoke(lone, 'b', { now: START, fresh: fresh('c') }))
    expect(statuses(replaced)).toEqual({ a: 'REVOKED', b: 'REVOKED', c: 'ACTIVE' })
  })

  it('revokes an EXPIRED key, which leaves the published set at once', () => {
    const rotated = after(begun, rotate(begun, { now: seen, fresh: fresh('c') }, policy))
    const revoked = after(rotated, revoke(rotated, 'a', { now: seen, fresh: [] }))
    expect(kids(publishedKeys(revoked, seen))).toEqual(['b', 'c'])
  })

  it('is done once', () => {
    const revoked = after(begun, revoke(begun, 'a', { now: START, fresh: [] }))
    expect(revoke(revoked, 'a', { now: seen, fresh: fresh('c') })).toEqual({ ok: true, changes: [] })
  })

  it('of an unknown key is refused', () => {
    expect(revoke(begun, '__proto__', { now: START, fresh: [] })).toMatchObject({
      refusal: { code: 'key_not_found' },
    })
  })
})

describe('a key that was blocked by its thumbprint', () => {
  const blocking = (...names: string[]): SigningRing => ({
    ...begun,
    blocked: new Set(names.map((kid) => `thumbprint-${kid}`)),
  })

  it('neither signs nor is published from that moment', () => {
    expect(activeKey(blocking('a'))).toBeUndefined()
    expect(kids(publishedKeys(blocking('a'), START))).toEqual(['b'])
  })

  it.each([
    ['the ACTIVE one', ['a'], { a: 'REVOKED', b: 'ACTIVE', c: 'NEXT' }],
    ['NEXT', ['b'], { a: 'ACTIVE', b: 'REVOKED', c: 'NEXT' }],
    ['both', ['a', 'b'], { a: 'REVOKED', b: 'REVOKED', c: 'ACTIVE', d: 'NEXT' }],
  ])('is revoked and replaced with what is due next: %s', (_title, names, expected) => {
    const ring = blocking(...names)
    const settled = after(ring, dueChanges(ring, { now: START, fresh: fresh('c', 'd') }, policy))
    expect(statuses(settled)).toEqual(expected)
  })
})

describe('the active span of a key', () => {
  it.each([
    [{}, 5, false],
    [{ activeFrom: 5 }, 4, false],
    [{ activeFrom: 5 }, 5, true],
    [{ activeFrom: 5, activeUntil: 9 }, 8, true],
    [{ activeFrom: 5, activeUntil: 9 }, 9, false],
  ])('%j and position %i', (span, seq, expected) => {
    expect(isWithinActiveSpan(span, seq)).toBe(expected)
  })
})

describe('the policy of a signing ring', () => {
  it('is refused where NEXT would never be seen before its turn, and for times that are no times', () => {
    const times = { longestJwksCache: 10 * MINUTE, longestTokenLifetime: DAY, leeway: MINUTE }
    expect(() => signingPolicy({ ...times, rotationInterval: 10 * MINUTE })).toThrow(RangeError)
    expect(() => signingPolicy({ ...times, leeway: -1 })).toThrow(RangeError)
    expect(() => signingPolicy({ ...times, longestTokenLifetime: Number.NaN })).toThrow(RangeError)
    expect(signingPolicy(times)).toEqual({
      rotationInterval: 90 * DAY,
      prePublication: 11 * MINUTE,
      retention: DAY + MINUTE,
    })
  })
})
