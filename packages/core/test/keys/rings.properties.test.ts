import {
  type ApiEncryptionRing,
  applyKeyChanges,
  type ClientKeyDemands,
  type ClientRing,
  type ClientRingCommand,
  changeApiEncryptionRing,
  changeClientRing,
  type KeyRowChange,
  type ReplacementKey,
  type RingKey,
  replaceApiEncryptionKeys,
  replaceClientKeys,
} from '@rescind/core/keys'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Names are few, so that ids, kids and thumbprints meet again under one another. */
const name = (prefix: string) => fc.nat(5).map((number) => `${prefix}${number}`)
const status = fc.constantFrom('ACTIVE' as const, 'INACTIVE' as const)
const material = fc.constantFrom(
  { use: 'sig', kty: 'RSA', crv: null } as const,
  { use: 'sig', kty: 'EC', crv: 'P-256' } as const,
  { use: 'enc', kty: 'RSA', crv: null } as const,
  { use: 'enc', kty: 'EC', crv: 'P-256' } as const,
)
const kid = fc.oneof({ weight: 5, arbitrary: name('kid') }, { weight: 1, arbitrary: fc.constant(null) })
const alg = fc.constant(null)
/** The material alone decides the thumbprint: a key may come for either use and under any kid. */
const thumbprint = fc
  .tuple(fc.constantFrom('RSA', 'EC'), fc.nat(3))
  .map(([kty, number]) => `${kty}-${number}`)
const key: fc.Arbitrary<Omit<RingKey, 'id'>> = fc
  .tuple(material, fc.record({ kid, alg, status }), fc.nat(3))
  .map(([kind, rest, number]) => ({ ...kind, ...rest, thumbprint: `${kind.kty}-${number}` }))

type Step =
  | { readonly do: 'add'; readonly key: Omit<RingKey, 'id'> }
  | { readonly do: 'activate' | 'deactivate' | 'remove'; readonly nth: number }
  | {
      readonly do: 'replace'
      readonly keys: readonly (Omit<RingKey, 'id'> & { readonly claimedId: string | null })[]
    }
  | { readonly do: 'block'; readonly thumbprint: string }

const replacement = fc
  .tuple(key, fc.option(name('id')))
  .map(([described, claimedId]) => ({ ...described, claimedId }))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('activate' as const, 'deactivate' as const, 'remove' as const),
      nth: fc.nat(5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      keys: fc.array(replacement, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block' as const), thumbprint }) },
)
const demands: fc.Arbitrary<ClientKeyDemands> = fc.record({
  privateKeyJwt: fc.boolean(),
  requestObjectSigningAlg: fc.constantFrom(null, 'RS256', 'ES256', 'HS256'),
  idTokenEncryption: fc.boolean(),
})

const isActive = (candidate: RingKey) => candidate.status === 'ACTIVE'
const activeEncryption = (keys: readonly RingKey[]) =>
  keys.filter((held) => isActive(held) && held.use === 'enc')
const activeSigning = (keys: readonly RingKey[]) =>
  keys.filter((held) => isActive(held) && held.use === 'sig')

/** The rules of a set, said as plainly as possible. */
function isSound(keys: readonly RingKey[]): boolean {
  const kids = keys.map((held) => held.kid)
  const kidsAreSound = keys.length < 2 || (!kids.includes(null) && new Set(kids).size === kids.length)
  const encryptionIsRsa = keys.every((held) => held.use === 'sig' || held.kty === 'RSA')
  return kidsAreSound && encryptionIsRsa && activeEncryption(keys).length < 2
}

/** What a client that relies on its keys would lose by a change. */
function loses(before: readonly RingKey[], after: readonly RingKey[], needs: ClientKeyDemands): boolean {
  const had = (some: (keys: readonly RingKey[]) => boolean) => some(before) && !some(after)
  const kty = { RS256: 'RSA', ES256: 'EC' }[needs.requestObjectSigningAlg ?? '']
  return (
    (needs.privateKeyJwt && had((keys) => activeSigning(keys).length > 0)) ||
    (kty !== undefined && had((keys) => activeSigning(keys).some((held) => held.kty === kty))) ||
    (needs.idTokenEncryption && had((keys) => activeEncryption(keys).length > 0))
  )
}

/** The rows after a command on one key if it is allowed, as the rules tell; undefined where it is not. */
function expected(ring: ClientRing, command: ClientRingCommand): readonly RingKey[] | undefined {
  if (command.type === 'add') {
    const after = [...ring.keys, command.key]
    return isSound(after) && !ring.blocked.has(command.key.thumbprint) ? after : undefined
  }
  const target = ring.keys.find((held) => held.id === command.id)
  if (target === undefined) return undefined
  if (command.type === 'remove')
    return isActive(target) ? undefined : ring.keys.filter((held) => held !== target)
  if (command.type === 'deactivate') {
    const after = ring.keys.map((held) => (held === target ? { ...held, status: 'INACTIVE' as const } : held))
    return loses(ring.keys, after, ring.demands) ? undefined : after
  }
  if (ring.blocked.has(target.thumbprint)) return undefined
  return ring.keys.map((held) => {
    if (held === target) return { ...held, status: 'ACTIVE' }
    return target.use === 'enc' && held.use === 'enc' ? { ...held, status: 'INACTIVE' } : held
  })
}

/** At no step, not even between two row changes, are there two ACTIVE encryption keys, or is an ACTIVE key removed. */
function applied(keys: readonly RingKey[], changes: readonly KeyRowChange[], isReplacement: boolean) {
  let rows = keys
  for (const change of changes) {
    const target = change.type === 'add' ? undefined : rows.find((row) => row.id === change.id)
    if (change.type === 'remove' && !isReplacement) expect(target?.status).toBe('INACTIVE')
    if (change.type !== 'add') expect(target, 'changes are about rows that exist').toBeDefined()
    rows = applyKeyChanges(rows, [change])
    expect(activeEncryption(rows).length).toBeLessThan(2)
  }
  return rows
}

const sentAs = (keys: readonly (Omit<RingKey, 'id'> & { claimedId: string | null })[], serial: number) =>
  keys.map((sent, index): ReplacementKey => ({ ...sent, id: `id-${serial}-${index}` }))

describe('whatever is asked of the ring of a client', () => {
  it('it does what the rules allow and nothing else', () => {
    fc.assert(
      fc.property(demands, fc.array(step, { maxLength: 30, size: 'max' }), (needs, steps) => {
        const blocked = new Set<string>()
        let keys: readonly RingKey[] = []
        for (const [serial, action] of steps.entries()) {
          const ring: ClientRing = { keys, blocked, demands: needs }
          if (action.do === 'block') blocked.add(action.thumbprint)
          else if (action.do === 'replace') keys = afterReplacement(ring, sentAs(action.keys, serial))
          else {
            const command = commandOf(action, keys, serial)
            const outcome = changeClientRing(ring, command)
            const rows = outcome.ok ? applied(keys, outcome.changes, false) : undefined
            expect(rows).toEqual(expected(ring, command))
            keys = rows ?? keys
          }
        }
      }),
      { numRuns: 1500 },
    )
  })
})

function afterReplacement(ring: ClientRing, sent: readonly ReplacementKey[]): readonly RingKey[] {
  const outcome = replaceClientKeys(ring, sent)
  const wanted = sent.map(({ claimedId: _, status, ...rest }) => ({ ...rest, status: status ?? 'ACTIVE' }))
  const isAllowed =
    isSound(wanted) &&
    !wanted.some((held) => ring.blocked.has(held.thumbprint)) &&
    !loses(ring.keys, wanted, ring.demands)
  expect(outcome.ok).toBe(isAllowed)
  if (!outcome.ok) return ring.keys
  const rows = applied(ring.keys, outcome.changes, true)
  const withoutIds = (keys: readonly RingKey[]) =>
    keys.map((held) => [held.kid, held.thumbprint, held.use, held.alg, held.status].join()).sort()
  expect(withoutIds(rows)).toEqual(withoutIds(wanted))
  for (const row of rows) {
    const same = ring.keys.find((held) => held.id === row.id)
    expect(same === undefined || same.thumbprint === row.thumbprint, 'an id keeps its material').toBe(true)
  }
  for (const held of ring.keys) {
    const isStillSent = sent.some(
      (one) => one.thumbprint === held.thumbprint && one.use === held.use && one.kid === held.kid,
    )
    const isTakenById = sent.some(
      (one) => one.claimedId !== null && ring.keys.some((other) => other.id === one.claimedId),
    )
    if (isStillSent && !isTakenById) expect(rows.map((row) => row.id)).toContain(held.id)
  }
  return rows
}

function commandOf(
  action: Extract<Step, { do: 'add' | 'activate' | 'deactivate' | 'remove' }>,
  keys: readonly RingKey[],
  serial: number,
): ClientRingCommand {
  if (action.do === 'add') return { type: 'add', key: { ...action.key, id: `id${serial}` } }
  return { type: action.do, id: keys[action.nth]?.id ?? 'nobody' }
}

describe('whatever is asked of the ring of an API', () => {
  it('it does what the rules allow and nothing else', () => {
    const options = fc.record({ limit: fc.integer({ min: 1, max: 4 }), accessTokenEncryption: fc.boolean() })
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 30, size: 'max' }), (settings, steps) => {
        const blocked = new Set<string>()
        let keys: readonly RingKey[] = []
        for (const [serial, action] of steps.entries()) {
          const ring: ApiEncryptionRing = { keys, blocked, ...settings }
          if (action.do === 'block') {
            blocked.add(action.thumbprint)
            continue
          }
          const isReplacement = action.do === 'replace'
          const command = isReplacement ? undefined : commandOf(action, keys, serial)
          const outcome =
            command === undefined
              ? replaceApiEncryptionKeys(ring, isReplacement ? sentAs(action.keys, serial) : [])
              : changeApiEncryptionRing(ring, command)
          if (command !== undefined) expect(outcome.ok).toBe(isAllowedOnApi(ring, command))
          if (!outcome.ok) continue
          const rows = applied(keys, outcome.changes, isReplacement)
          expect(isSound(rows)).toBe(true)
          expect(rows.every((row) => row.use === 'enc')).toBe(true)
          expect(rows.length).toBeLessThanOrEqual(settings.limit)
          for (const row of rows) {
            const isNew = !keys.some((held) => held.id === row.id && held.status === row.status)
            if (isNew && isActive(row)) expect(blocked.has(row.thumbprint)).toBe(false)
          }
          const had = keys.some(isActive)
          if (settings.accessTokenEncryption && had) expect(rows.some(isActive)).toBe(true)
          keys = rows
        }
      }),
      { numRuns: 1500 },
    )
  })
})

function isAllowedOnApi(ring: ApiEncryptionRing, command: ClientRingCommand): boolean {
  if (command.type === 'add') {
    const { key: added } = command
    const fits = added.use === 'enc' && added.status === 'INACTIVE' && ring.keys.length < ring.limit
    return fits && isSound([...ring.keys, added]) && !ring.blocked.has(added.thumbprint)
  }
  const target = ring.keys.find((held) => held.id === command.id)
  if (target === undefined) return false
  if (command.type === 'remove') return !isActive(target)
  if (command.type === 'activate') return !ring.blocked.has(target.thumbprint)
  return !isActive(target) || !ring.accessTokenEncryption
}
