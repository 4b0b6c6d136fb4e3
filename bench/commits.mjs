import { runLoad, SERVER_CORE } from './child.mjs'
import { DATABASES } from './databases.mjs'
import { measureSyncs } from './machine.mjs'
import { count, decimal, figure, interleave, median, printTable } from './statistics.mjs'

const ROUNDS = 3
const SECONDS = 2

/** What group commit gains, at the store: entries that become durable a second, alone and with many in flight. */
export async function benchCommits(folder) {
  for (const database of DATABASES) {
    const home = await database.create(folder)
    const commits = (inFlight) => () =>
      runLoad('commits', { environment: home.environment, inFlight, seconds: SECONDS }, SERVER_CORE)
    try {
      const results = await interleave(ROUNDS, {
        syncs: async () => measureSyncs(folder),
        'one in flight': commits(1),
        '16 in flight': commits(16),
        '256 in flight': commits(256),
      })
      const rates = (runs) => runs.map(({ perSecond }) => perSecond)
      const of = (name) => median(rates(results[name]))
      printTable(`Entries made durable by the store, ${database.name}`, [
        ['', 'a second', '÷ syncs', '÷ one in flight'],
        ...Object.entries(results).map(([name, runs]) => [
          name,
          figure(rates(runs), count),
          decimal(of(name) / of('syncs')),
          decimal(of(name) / of('one in flight')),
        ]),
      ])
    } finally {
      await home.remove()
    }
  }
}
