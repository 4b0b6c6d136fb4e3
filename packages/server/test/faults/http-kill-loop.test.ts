import { randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { type KillReport, killLoop } from './http-kill-loop.ts'

const ROUNDS = Number(process.env.RESCIND_KILL_ROUNDS ?? 3)
const SEED = Number(process.env.RESCIND_KILL_SEED ?? randomInt(2 ** 31))

/** A round takes a second or two; a slow machine may take ten times that. Milliseconds. */
const PATIENCE = 30_000 + ROUNDS * 20_000

describe.each(DATABASES)('a server that is killed while it writes, on $name', (database) => {
  it(`keeps what it acknowledged, wholly, over ${ROUNDS} kills (RESCIND_KILL_SEED=${SEED})`, {
    timeout: PATIENCE,
  }, async () => {
    const report = await killLoop(database, { rounds: ROUNDS, seed: SEED })
    process.stdout.write(inLines(report))
    expect(report.faults).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(0)
  })
})

function inLines({ database, faults, ...figures }: KillReport): string {
  const lines = Object.entries(figures).map(
    ([name, figure]) => `  ${name.padEnd(20)}${String(figure).padStart(8)}`,
  )
  return `\nkill loop on ${database}, seed ${SEED}\n${lines.join('\n')}\n  faults${String(faults.length).padStart(22)}\n`
}
