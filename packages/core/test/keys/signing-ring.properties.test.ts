import {
  applySigningKeyChanges,
  dueChanges,
  publishedKeys,
  revoke,
  rotate,
  type SigningKey,
  type SigningKeyChange,
  type SigningRing,
  type SigningRingOutcome,
  signingPolicy,
} from '@rescind/core/keys'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const policy = signingPolicy({
  rotationInterval: 1000,
  longestJwksCache: 90,
  longestTokenLifetime: 400,
  leeway: 10,
})

type Step =
  | { readonly do: 'wait'; readonly time: number }
  | { readonly do: 'due' | 'rotate' | 'emergency'; readonly fresh: readonly number[] }
  | { readonly do: 'revoke'; readonly key: number; readonly fresh: readonly number[] }
  | { readonly do: 'block'; readonly key: number }

/** Few names, so that used, revoked and blocked ones come up again. */
const name = fc.nat(40)
const supply = fc.array(name, { maxLength: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: -50, max: 1100 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('due' as const, 'rotate' as const, 'emergency' as const),
      fresh: supply,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), key: name, fresh: supply }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block' as const), key: name }) },
)

/** The same material under two kids: a kid says nothing about who a key is. */
const fresh = (names: readonly number[]) =>
  names.map((number) => ({ kid: `kid-${number}`, thumbprint: `thumbprint-${number >> 1}` }))

interface World {
  now: number
  keys: readonly SigningKey[]
  readonly blocked: Set<string>
  /** What the model remembers for itself: when a kid was first published, what was ever revoked or blocked. */
  readonly firstSeen: Map<string, number>
  readonly dead: Set<string>
}

function judge(world: World, ring: SigningRing, action: Step): SigningRingOutcome {
  const { now } = world
  switch (action.do) {
    case 'due':
      return dueChanges(ring, { now, fresh: fresh(action.fresh) }, policy)
    case 'rotate':
      return rotate(ring, { now, fresh: fresh(action.fresh) }, policy)
    case 'emergency':
      return rotate(ring, { now, fresh: fresh(action.fresh), emergency: true }, policy)
    case 'revoke':
      return revoke(ring, `kid-${action.key}`, { now, fresh: fresh(action.fresh) })
    default:
      return { ok: true, changes: [] }
  }
}

function take(world: World, action: Step): void {
  if (action.do === 'wait') world.now += action.time
  if (action.do === 'block') {
    world.blocked.add(`thumbprint-${action.key >> 1}`)
    world.dead.add(`thumbprint-${action.key >> 1}`)
  }
  const ring = { keys: world.keys, blocked: world.blocked }
  const signedSoundly = ring.keys.some((key) => key.status === 'ACTIVE' && !world.dead.has(key.thumbprint))
  const outcome = judge(world, ring, action)
  if (!outcome.ok) return
  const orderly = signedSoundly && (action.do === 'due' || action.do === 'rotate')
  for (const change of outcome.changes) applyAndCheck(world, change, orderly)
  checkWhole(world, signedSoundly || outcome.changes.length > 0)
}

function applyAndCheck(world: World, change: SigningKeyChange, orderly: boolean): void {
  const kid = change.type === 'publish' ? change.key.kid : change.kid
  const before = world.keys.find((key) => key.kid === kid)
  if (change.type === 'publish') {
    expect(before, 'a kid is used once').toBeUndefined()
    const materials = world.keys.map((key) => key.thumbprint)
    expect(materials, 'under any kid').not.toContain(change.key.thumbprint)
    expect(world.firstSeen.has(kid)).toBe(false)
    expect(world.dead.has(change.key.thumbprint), 'dead keys do not return').toBe(false)
    if (orderly) expect(change.status, 'an orderly change never signs with an unseen key').toBe('NEXT')
    world.firstSeen.set(kid, world.now)
  } else if (change.type === 'activate') {
    expect(before?.status).toBe('NEXT')
    expect(world.dead.has(before?.thumbprint ?? ''), 'dead keys do not sign').toBe(false)
    const age = world.now - (world.firstSeen.get(kid) ?? Number.NaN)
    if (orderly) expect(age, 'verifiers had time').toBeGreaterThanOrEqual(policy.prePublication)
  } else if (change.type === 'retire') expect(before?.status).toBe('ACTIVE')
  else if (change.type === 'withdraw') {
    expect(before?.status).toBe('EXPIRED')
    expect(world.now - (before?.retiredAt ?? Number.NaN)).toBeGreaterThanOrEqual(policy.retention)
  } else {
    expect(before?.status).not.toBe('REVOKED')
    world.dead.add(before?.thumbprint ?? '')
  }
  world.keys = applySigningKeyChanges(world.keys, [change])
  const count = (status: string) => world.keys.filter((key) => key.status === status).length
  expect(count('ACTIVE'), 'one ACTIVE at any step').toBeLessThanOrEqual(1)
  expect(count('NEXT'), 'one NEXT at any step').toBeLessThanOrEqual(1)
}

function checkWhole(world: World, begun: boolean): void {
  const published = publishedKeys({ keys: world.keys, blocked: world.blocked }, world.now)
  for (const key of published) expect(world.dead.has(key.thumbprint)).toBe(false)
  for (const key of world.keys) {
    if (key.status === 'REVOKED') expect(published).not.toContain(key)
    const isAlive = !world.dead.has(key.thumbprint) && key.withdrawnAt === null
    const mayVerify = key.status !== 'EXPIRED' || world.now - (key.retiredAt ?? 0) < policy.retention
    if (isAlive && mayVerify && key.status !== 'REVOKED') expect(published).toContain(key)
  }
  const active = world.keys.filter((key) => key.status === 'ACTIVE')
  if (begun) expect(active, 'there is always a key to sign with').toHaveLength(1)
}

describe('whatever happens to a signing ring', () => {
  it('one key signs, seen long enough; what is dead stays dead; what still verifies stays published', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const world: World = {
          now: 10_000,
          keys: [],
          blocked: new Set(),
          firstSeen: new Map(),
          dead: new Set(),
        }
        for (const action of steps) take(world, action)
      }),
      { numRuns: 600 },
    )
  })
})
