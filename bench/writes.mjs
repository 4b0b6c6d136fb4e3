import { runLoad } from './child.mjs'
import { DATABASES } from './databases.mjs'
import { measureSyncs, processorSeconds } from './machine.mjs'
import { createApplications, startRescind } from './rescind.mjs'
import { count, decimal, figure, interleave, median, printTable } from './statistics.mjs'

const ROUNDS = 3
const SECONDS = 3

/**
 * Durable changes of keys through HTTP, with one connection and with many, beside what the disk can sync. With
 * many, requests in flight share a commit, so there may be more changes than syncs.
 */
export async function benchWrites(folder) {
  for (const database of DATABASES) {
    const rescind = await startRescind(folder, { database })
    try {
      const applications = await createApplications(rescind, 64)
      const load = (connections) => async () => {
        const before = processorSeconds(rescind.pid)
        const outcome = await runLoad('key-life', {
          origin: rescind.origin,
          token: rescind.token,
          applications: applications.slice(0, connections),
          seconds: SECONDS,
        })
        const busy = processorSeconds(rescind.pid) - before
        return { ...outcome, cost: (busy * 1e6) / outcome.requests }
      }
      const results = await interleave(ROUNDS, {
        syncs: async () => measureSyncs(folder),
        '1 connection': load(1),
        '16 connections': load(16),
        '64 connections': load(64),
      })
      const syncs = median(results.syncs.map(({ perSecond }) => perSecond))
      printTable(`Key changes, durable, ${database.name}`, [
        ['', 'a second', '÷ syncs', 'processor µs', 'p50', 'p99'],
        ...Object.entries(results).map(([name, runs]) => [
          name,
          figure(
            runs.map(({ perSecond }) => perSecond),
            count,
          ),
          decimal(median(runs.map(({ perSecond }) => perSecond)) / syncs),
          name === 'syncs' ? '' : count(median(runs.map(({ cost }) => cost))),
          `${decimal(median(runs.map(({ p50 }) => p50)))} ms`,
          `${decimal(median(runs.map(({ p99 }) => p99)))} ms`,
        ]),
      ])
    } finally {
      await rescind.stop()
    }
  }
}
