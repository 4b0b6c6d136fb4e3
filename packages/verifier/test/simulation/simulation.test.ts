import { afterEach, describe, expect, it } from 'vitest'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { run } from './run.ts'
import { KEPT_SEEDS } from './seeds.ts'

const { RESCIND_SIMULATION_RUNS, RESCIND_SIMULATION_SEED } = process.env
const RUNS = Number(RESCIND_SIMULATION_RUNS ?? 150)
const FIRST = Number(RESCIND_SIMULATION_SEED ?? 1)
/** A planted bug needs the right accident; it is given this many lives to have it in. */
const LIVES = 400

const replay = (seed: number) =>
  `replay: RESCIND_SIMULATION_SEED=${seed} RESCIND_SIMULATION_RUNS=1 npx vitest run packages/verifier/test/simulation`

/** Runs of as many seeds, up to the first that fails. */
async function firstFailure(first: number, runs: number, options = {}) {
  for (let seed = first; seed < first + runs; seed++) {
    const { violation } = await run(seed, options)
    if (violation !== undefined) return { seed, violation }
  }
  return undefined
}

describe('an authority and its verifiers, whatever happens to them', () => {
  it(`keep the invariants of the log in ${RUNS} lives from seed ${FIRST} on`, async () => {
    const start = process.cpuUsage()
    const failure = await firstFailure(FIRST, RUNS)
    const { user, system } = process.cpuUsage(start)
    const perMinute = Math.round((RUNS / (user + system)) * 60e6)
    process.stdout.write(`simulation: ${perMinute.toLocaleString('en')} lives a minute of processor time\n`)
    expect(failure, failure && `${failure.violation}\n${replay(failure.seed)}`).toBeUndefined()
  })

  it.each(KEPT_SEEDS)('keep them in life %i, where once was: %s', async (seed) => {
    const { violation } = await run(seed)
    expect(violation, replay(seed)).toBeUndefined()
  })

  it('live the same life again from the same seed', async () => {
    const told = async () =>
      (await run(7)).events.map((event) => `${event.at} ${event.type} ${'node' in event ? event.node : ''}`)
    expect(await told()).toEqual(await told())
  })
})

describe('the checker', () => {
  let remove: () => void = () => undefined
  afterEach(() => remove())

  it.each(PLANTED_BUGS)('finds $name', async ({ plant, options }) => {
    remove = plant()
    expect(await firstFailure(1, LIVES, options)).toBeDefined()
  })
})
