import { DATABASES } from './databases.mjs'
import { residentMemory } from './machine.mjs'
import { startRescind } from './rescind.mjs'
import { figure, megabytes, milliseconds, printTable } from './statistics.mjs'

const ROUNDS = 5

/** From starting the process to its ready line, on an empty database and on one that exists; memory then. */
export async function benchStarts(folder) {
  const rows = []
  for (const database of DATABASES) {
    const first = []
    const again = []
    for (let round = 0; round < ROUNDS; round++) {
      const home = await database.create(folder)
      first.push(await startOnce(folder, { database, home }))
      again.push(await startOnce(folder, { database, home }))
      await home.remove()
    }
    for (const [which, runs] of [
      ['first start', first],
      ['later start', again],
    ])
      rows.push([
        `${database.name}, ${which}`,
        figure(
          runs.map((run) => run.took),
          milliseconds,
        ),
        figure(
          runs.map((run) => run.memory),
          megabytes,
        ),
      ])
  }
  printTable('Start to ready', [['', 'time', 'resident memory'], ...rows])
}

async function startOnce(folder, options) {
  const begin = performance.now()
  const rescind = await startRescind(folder, options)
  const took = performance.now() - begin
  const memory = residentMemory(rescind.pid)
  await rescind.stop()
  return { took, memory }
}
