/*
 * No query reaches into another organization: every exported function of every module in
 * `src/store/queries` is called by organization B with what belongs to organization A, on every database.
 *
 * A new module needs a file of the same name in `crossing/`, whose default export is
 *   crossing(module)((world) => ({ findThing: [world.of('things', 'id')], … }), { things: { status: 'ACTIVE' } })
 * with the arguments after the transaction for each function; `{ system: [...] }` for one that only `SYSTEM` may
 * call, `'no query'` for one that takes no transaction, and last what rows must have to be found at all. The
 * compiler names a function that is missing, and so does this test. Each case is also tried by the rightful
 * organization, where it must have an effect: one that could not fail would prove nothing.
 */
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DomainError } from '../../src/errors/index.ts'
import { type Scope, type Store, SYSTEM, type WriteTx } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import type { Crossing, Seed } from './crossing/crossing.ts'
import { type SeededWorld, seedWorld } from './crossing/world.ts'

const QUERIES = new URL('../../src/store/queries/', import.meta.url)
const CASES = new URL('./crossing/', import.meta.url)

async function modulesOf(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3))
}

const stated = new Set(await modulesOf(CASES))
const moduleNames = await modulesOf(QUERIES)
const known = await Promise.all(
  moduleNames
    .filter((name) => stated.has(name))
    .map(async (name) => {
      const { default: crossing }: { default: Crossing } = await import(`./crossing/${name}.ts`)
      return { name, crossing }
    }),
)

const scopeOf = ({ owner }: Crossing, id: string): Scope =>
  owner === 'federation' ? { federationId: id } : { organizationId: id }

interface Call {
  readonly name: string
  readonly A: Scope
  readonly B: Scope
  readonly systemOnly: boolean
  readonly parameters: readonly unknown[]
  run(tx: WriteTx, parameters?: readonly unknown[]): Promise<unknown>
}

function callsOf(crossing: Crossing, world: SeededWorld): Call[] {
  const { module, cases } = crossing
  const stated = cases(world)
  return Object.entries(module).flatMap(([name, value]: [string, unknown]) => {
    const given = stated[name]
    if (typeof value !== 'function' || given === 'no query') return []
    const parameters = parametersOf(given)
    return {
      name,
      A: scopeOf(crossing, ORGANIZATION_A),
      B: scopeOf(crossing, ORGANIZATION_B),
      systemOnly: !Array.isArray(given),
      parameters,
      run: async (tx: WriteTx, others = parameters): Promise<unknown> =>
        Reflect.apply(value, undefined, [tx, ...others]),
    }
  })
}

function parametersOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  if (typeof given === 'object' && given !== null && 'system' in given && Array.isArray(given.system))
    return given.system
  throw new TypeError('no case')
}

/** What several modules want of one table, together. */
function withSeed(all: Seed, more: Seed): Seed {
  const tables = Object.entries(more).map(([table, row]) => [
    table,
    { ...Object.entries(all).find(([name]) => name === table)?.[1], ...row },
  ])
  return { ...all, ...Object.fromEntries(tables) }
}

/** JSON that keeps sets and bigints. */
function spell(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => {
      if (member instanceof Set) return [...member]
      if (member instanceof Map) return [...member]
      return typeof member === 'bigint' ? Number(member) : member
    }) ?? ''
  )
}

const isNothing = (value: unknown) => ['', 'false', '0', '[]', 'null'].includes(spell(value))
/** Whatever of organization A's rows is in a text. */
const leaks = (text: string) => new Set(text.match(/\bA\.\w+\.\w+/g) ?? [])

describe('the modules of queries', () => {
  it('all have their cases', () => {
    expect(moduleNames.filter((name) => !stated.has(name))).toEqual([])
  })

  it.each(known)('have one for every function of $name', ({ crossing }) => {
    const stated = crossing.cases({ of: () => '', newRow: () => ({}) as never })
    const functions = Object.entries(crossing.module).filter(([, value]) => typeof value === 'function')
    expect(functions.map(([name]) => name).filter((name) => stated[name] === undefined)).toEqual([])
  })
})

describe.each(DATABASES)('on $name, organization B', (database) => {
  let store: Store
  let close: () => Promise<void>
  let world: SeededWorld
  beforeAll(async () => {
    ;({ store, close } = await database.open())
    const seed = known.reduce<Seed>((all, { crossing }) => withSeed(all, crossing.seed), {})
    world = await seedWorld(store, { A: ORGANIZATION_A, B: ORGANIZATION_B }, seed)
  })
  afterAll(() => close())

  /** What the rightful organization gets and changes, without leaving anything behind. */
  const hasEffect = async (call: Call): Promise<boolean> => {
    const seen = new Map<string, unknown>()
    await store
      .write(call.systemOnly ? SYSTEM : call.A, async (tx) => {
        seen.set('result', await call.run(tx))
        throw new Error('only a look')
      })
      .catch(() => {})
    if (seen.has('result') && !isNothing(seen.get('result'))) return true
    const before = await world.dump(ORGANIZATION_A)
    const after = await changedBy(call)
    return after !== before
  }

  const changedBy = async (call: Call): Promise<string> => {
    let after = ''
    await store
      .write(SYSTEM, async (tx) => {
        await call.run({ ...tx, scope: call.A })
        after = await world.dumpIn(tx, ORGANIZATION_A)
        throw new Error('only a look')
      })
      .catch(() => {})
    return after
  }

  it.each(known)('gets nothing and changes nothing of A with $name', async ({ crossing }) => {
    for (const call of callsOf(crossing, world)) {
      const [before, own] = [await world.dump(ORGANIZATION_A), await world.dump(ORGANIZATION_B)]
      const [outcome] = await Promise.allSettled([store.write(call.B, (tx) => call.run(tx))])
      expect(await world.dump(ORGANIZATION_A), `${call.name} changed what is A's`).toBe(before)
      if (call.systemOnly) {
        expect(outcome.status, `${call.name} is for SYSTEM alone`).toBe('rejected')
      } else if (outcome.status === 'fulfilled') {
        const said = leaks(spell(call.parameters))
        const leaked = [...leaks(spell(outcome.value))].filter((text) => !said.has(text))
        expect(leaked, `${call.name} gave away what is A's`).toEqual([])
      }
      const changedOwn = (await world.dump(ORGANIZATION_B)) !== own
      expect(changedOwn || (await hasEffect(call)), `the case of ${call.name} could not fail`).toBe(true)
    }
  })

  it.each(known)('cannot put SQL into $name', async ({ crossing }) => {
    const before = await world.dump(ORGANIZATION_A)
    for (const call of callsOf(crossing, world)) {
      for (const injected of INJECTIONS) {
        const parameters = call.parameters.map((parameter) => inject(parameter, injected))
        const scope = call.systemOnly ? SYSTEM : call.B
        const outcome = await store
          .write(scope, async (tx) => {
            const value = await call.run(tx, parameters)
            throw new Looked(value)
          })
          .catch((refusal: unknown) => refusal)
        if (outcome instanceof Looked)
          expect(call.systemOnly ? [] : [...leaks(spell(outcome.value))], call.name).toEqual([])
        else expect(isRefusal(outcome), `${call.name}: ${String(outcome)}`).toBe(true)
      }
    }
    expect(await world.dump(ORGANIZATION_A)).toBe(before)
  })
})

class Looked extends Error {
  readonly value: unknown
  constructor(value: unknown) {
    super('looked')
    this.value = value
  }
}

const INJECTIONS = [
  `' or '1'='1`,
  `'; drop table log_entries; --`,
  `") union select * from installation --`,
  `\\'; delete from users; --`,
  '$1; ?; :a; %_!',
  'nul\0byte',
  '\ud800',
]

/** The same parameters with every text replaced. */
function inject(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text
  if (Array.isArray(value)) return value.map((member) => inject(member, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inject(member, text)]))
}

/** Bad input, or a row that would break a constraint: never a mistake in SQL. */
function isRefusal(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === 'invalid_request'
  return error instanceof Error && /constraint|violates/i.test(error.message)
}
