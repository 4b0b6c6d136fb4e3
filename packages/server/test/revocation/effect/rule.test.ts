import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cluster, WhenStale } from '../../../src/federation/cluster.ts'
import { effectOf } from '../../../src/revocation/effect/effect.ts'
import { exposureOf } from '../../../src/revocation/effect/exposure.ts'
import {
  driftMargin,
  effectOnNode,
  leaseEnd,
  type NodeFacts,
} from '../../../src/revocation/effect/on-node.ts'

const AT = 1_000_000
const ENTRY = { incarnation: 1, seq: 10, at: AT }
const STALENESS = 10_000

const node = (parts: {
  seq?: number
  incarnation?: number
  acknowledged?: number
  first?: number
  whenStale?: WhenStale
}): NodeFacts => ({
  id: 'nod1',
  name: 'one',
  lease: {
    incarnation: parts.incarnation ?? 1,
    seq: parts.seq ?? 9,
    acknowledgedAt: parts.acknowledged ?? AT - 1_000,
    maxStaleness: STALENESS,
    whenStale: parts.whenStale ?? 'closed',
  },
  ...(parts.first !== undefined && { acknowledgedAt: parts.first }),
})

const END = AT - 1_000 + STALENESS + driftMargin(STALENESS)

describe('what an entry has come to on a node', () => {
  it.each([
    [
      'acknowledged it',
      node({ seq: 10, acknowledged: AT + 40 }),
      AT + 50,
      { state: 'acknowledged', milliseconds: 40 },
    ],
    [
      'acknowledged a later one since',
      node({ seq: 12, acknowledged: AT + 5_000, first: AT + 40 }),
      AT + 9_000,
      { state: 'acknowledged', at: AT + 40, milliseconds: 40 },
    ],
    [
      'acknowledged in a later incarnation',
      node({ incarnation: 2, seq: 1, acknowledged: AT + 7 }),
      AT + 9,
      { state: 'acknowledged', milliseconds: 7 },
    ],
    [
      'heard of it before the entry by another clock',
      node({ seq: 10, acknowledged: AT - 3 }),
      AT + 50,
      { state: 'acknowledged', milliseconds: 0 },
    ],
    ['has a lease', node({}), AT + 10, { state: 'waiting', leaseEndsAt: END }],
    ['is late', node({}), AT + 1_000, { state: 'late', leaseEndsAt: END }],
    ['may still be within its lease', node({}), END - 1, { state: 'late' }],
    ['has none any more', node({}), END, { state: 'lease_ended', at: END }],
    ['asks once stale', node({ whenStale: 'introspect' }), END, { state: 'lease_ended', at: END }],
    [
      'accepts when stale',
      node({ whenStale: 'open' }),
      END,
      { state: 'exposed', since: AT, until: AT + 60_000 },
    ],
    [
      'accepts when stale what has expired',
      node({ whenStale: 'open' }),
      AT + 60_000,
      { state: 'expired', at: AT + 60_000 },
    ],
    [
      'fell silent long before',
      node({ acknowledged: AT - 90_000 }),
      AT + 1,
      { state: 'lease_ended', at: AT - 90_000 + STALENESS + driftMargin(STALENESS) },
    ],
  ])('%s', (_, facts, now, expected) => {
    expect(effectOnNode(ENTRY, facts, now, AT + 60_000)).toMatchObject(expected)
  })

  it('never says that an open node stops by itself where nobody knows when the tokens expire', () => {
    const effect = effectOnNode(ENTRY, node({ whenStale: 'open' }), AT + 10 ** 9, undefined)
    expect(effect).toEqual({ state: 'exposed', since: AT, until: null })
  })
})

const cluster = (parts: Partial<Cluster> = {}): Cluster => ({
  id: 'cls1',
  organizationId: 'a',
  name: 'orders',
  class: 'connected',
  apis: [],
  identityProviders: [],
  maxStaleness: STALENESS,
  whenStale: 'closed',
  verifierProfile: undefined,
  createdAt: 0,
  updatedAt: 0,
  ...parts,
})

describe('exposure', () => {
  const jose = { library: 'jose', cacheSeconds: 600 }
  const LATE = AT + 3_600_000
  it.each([
    ['connected, closed', cluster(), LATE, false, AT + STALENESS + driftMargin(STALENESS)],
    ['connected, closed, tokens shorter', cluster(), AT + 100, false, AT + 100],
    ['connected, open', cluster({ whenStale: 'open' }), LATE, false, LATE],
    ['standard', cluster({ class: 'standard' }), LATE, false, null],
    [
      'standard with a cache',
      cluster({ class: 'standard', verifierProfile: { library: 'nginx', cacheSeconds: 30 } }),
      LATE,
      false,
      AT + 30_000,
    ],
    [
      'unmanaged: its cache of keys stops no token',
      cluster({ class: 'unmanaged', verifierProfile: jose }),
      LATE,
      false,
      LATE,
    ],
    [
      'unmanaged, a signing key: the cache',
      cluster({ class: 'unmanaged', verifierProfile: jose }),
      LATE,
      true,
      AT + 600_000,
    ],
    [
      'unmanaged, a signing key: or expiry',
      cluster({ class: 'unmanaged', verifierProfile: jose }),
      AT + 9_000,
      true,
      AT + 9_000,
    ],
    ['unmanaged, nothing live', cluster({ class: 'unmanaged' }), null, false, null],
  ] as const)('%s', (_, of, tokensUntil, isSigningKey, until) => {
    const exposure = exposureOf(of, { at: AT, tokensUntil, isSigningKey })
    expect(exposure.until).toBe(until)
    if (until !== null) expect(exposure.text).toContain(new Date(until).toISOString())
  })

  it('says that it does not know while nobody has counted', () => {
    const unmanaged = cluster({ class: 'unmanaged' })
    expect(exposureOf(unmanaged, { at: AT, tokensUntil: undefined, isSigningKey: false }).bound).toBe(
      'unbounded',
    )
  })
})

/**
 * What really happened on a node, told by nobody: from when it applied the entry, and until when it was allowed to
 * rely on what it knew. It counts from when it sent an acknowledgement, which is before the authority received it.
 */
interface Truth {
  readonly applied: number | null
  /** When it sent its last acknowledgement before the entry, and how long that was under way. */
  readonly sent: number
  readonly travel: number
  readonly whenStale: WhenStale
}

const truth: fc.Arbitrary<Truth> = fc.record({
  applied: fc.option(fc.integer({ min: AT, max: AT + 30_000 })),
  sent: fc.integer({ min: AT - 20_000, max: AT }),
  travel: fc.integer({ min: 0, max: 3_000 }),
  whenStale: fc.constantFrom('closed', 'introspect', 'open'),
})

/** Whether the node may accept something void at a time, as the verifier's contract has it. */
function mayAccept({ applied, sent, whenStale }: Truth, at: number): boolean {
  if (applied !== null && at >= applied) return false
  return whenStale === 'open' || at < sent + STALENESS
}

/** What the authority knows of that at a time. */
function factsOf({ applied, sent, travel, whenStale }: Truth, now: number, id: number): NodeFacts {
  const heard = applied === null ? undefined : applied + travel
  const isHeard = heard !== undefined && heard <= now
  const acknowledgedAt = isHeard ? heard : sent + travel
  const lease = {
    incarnation: 1,
    seq: isHeard ? 10 : 9,
    acknowledgedAt,
    maxStaleness: STALENESS,
    whenStale,
  } as const
  return { id: `nod${id}`, name: '', lease }
}

describe('complete', () => {
  it('means that nobody may accept any more, and is said as soon as the authority can know', () => {
    fc.assert(
      fc.property(
        fc.array(truth, { maxLength: 5 }),
        fc.integer({ min: AT, max: AT + 60_000 }),
        (truths, now) => {
          const nodes = truths.map((one, id) => factsOf(one, now, id))
          const effect = effectOf(
            ENTRY,
            [{ cluster: cluster(), deleted: false, nodes, tokensUntil: AT + 10 ** 9 }],
            now,
            false,
          )
          if (effect.state === 'complete') {
            for (const one of truths) expect(mayAccept(one, now)).toBe(false)
            expect(effect.effectiveAt).toBeLessThanOrEqual(now)
          }
          const isKnown = truths.every((one, id) => {
            if (one.applied !== null && one.applied + one.travel <= now) return true
            const facts = nodes[id]
            return one.whenStale !== 'open' && facts !== undefined && now >= leaseEnd(facts.lease)
          })
          expect(effect.state === 'complete').toBe(isKnown)
          const { total, ...states } = effect.nodes
          expect(Object.values(states).reduce((a, b) => a + b, 0)).toBe(total)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('stays true', () => {
    fc.assert(
      fc.property(
        fc.array(truth, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: AT, max: AT + 60_000 }),
        fc.nat(60_000),
        (truths, now, later) => {
          const judge = (at: number) => {
            const nodes = truths.map((one, id) => factsOf(one, at, id))
            const concerned = [{ cluster: cluster(), deleted: false, nodes, tokensUntil: undefined }]
            return effectOf(ENTRY, concerned, at, false).state
          }
          if (judge(now) === 'complete') expect(judge(now + later)).toBe('complete')
        },
      ),
    )
  })
})
