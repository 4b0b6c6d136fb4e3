/**
 * Measures the authority and says on what. Asserts nothing.
 *
 *   node bench/run.mjs [verifier|fleet|reads|writes|commits|starts|mass|tokens|sql|pages|console…] [--source]
 *     [--followers 1000,5000] [--users 100000] [--tokens 1000000] [--rounds 7] [--world FOLDER]
 *
 * Without a name, all. `--world` keeps what `pages` and `console` are measured with, embedded, for the next run; `world`
 * only makes it. `RESCIND_BENCH_DIR` chooses the disk (a folder; default: the system's for temporary files).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'boolean' },
    followers: { type: 'string' },
    // Of `pages` and `console`.
    users: { type: 'string' },
    tokens: { type: 'string' },
    rounds: { type: 'string' },
    world: { type: 'string' },
  },
})
if (values.source) process.env.BENCH_SOURCE = '1'

// After the choice above, which they read.
const { benchCommits } = await import('./commits.mjs')
const { benchConsole } = await import('./console.mjs')
const { keptWorld } = await import('./console-world.mjs')
const { startPostgres } = await import('./databases.mjs')
const { describeMachine, printSyncs } = await import('./machine.mjs')
const { MEASURED } = await import('./product.mjs')
const { benchFleet } = await import('./fleet.mjs')
const { benchMass } = await import('./mass.mjs')
const { benchPages } = await import('./pages.mjs')
const { benchReads } = await import('./reads.mjs')
const { benchSql } = await import('./sql.mjs')
const { benchStarts } = await import('./starts.mjs')
const { benchTokens } = await import('./tokens.mjs')
const { benchVerifier } = await import('./verifier.mjs')
const { benchWrites } = await import('./writes.mjs')

const BENCHES = {
  reads: benchReads,
  writes: benchWrites,
  commits: benchCommits,
  starts: benchStarts,
  mass: benchMass,
  tokens: benchTokens,
  sql: benchSql,
  pages: benchPages,
  console: benchConsole,
  verifier: benchVerifier,
  fleet: benchFleet,
}

/** Nothing is measured by making the world that others measure with. */
const MADE = {
  world: (_folder, { users = 100_000, tokens = 1_000_000, world }) => {
    if (world === undefined) throw new Error('world needs --world FOLDER')
    return keptWorld(world, { users, tokens })
  },
}
const known = { ...BENCHES, ...MADE }

const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHES)
const unknown = chosen.filter((name) => !Object.hasOwn(known, name))
if (unknown.length > 0) {
  process.stderr.write(
    `no benchmark called ${unknown.join(', ')}: there are ${Object.keys(known).join(', ')}\n`,
  )
  process.exit(2)
}
const options = Object.fromEntries(
  ['users', 'tokens', 'rounds'].flatMap((name) =>
    values[name] === undefined ? [] : [[name, Number(values[name])]],
  ),
)
if (values.world !== undefined) options.world = values.world
if (values.followers !== undefined)
  options.followers = values.followers
    .split(',')
    .map(Number)
    .filter((size) => size > 0)
const folder = await mkdtemp(join(process.env.RESCIND_BENCH_DIR ?? tmpdir(), 'rescind-bench-'))
const stopPostgres = await startPostgres()
try {
  describeMachine(folder)
  process.stdout.write(`measured: ${MEASURED}\n`)
  printSyncs(folder)
  for (const name of chosen) await known[name](folder, options)
} finally {
  await stopPostgres()
  await rm(folder, { recursive: true, force: true })
}
