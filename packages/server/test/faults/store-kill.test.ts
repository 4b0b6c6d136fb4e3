import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { head, verifyChain } from '../../src/log/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { openLogs } from '../support/log.ts'

/** How often the writer is killed; `RESCIND_KILL_ROUNDS=50` is the long version, which prints its ledger. */
const ROUNDS = Number(process.env.RESCIND_KILL_ROUNDS ?? 3)
const MAX_ACKNOWLEDGED = 400
const A = { organizationId: ORGANIZATION_A }
const WRITER = fileURLToPath(new URL('./store-writer.ts', import.meta.url))

/** Runs a writer, kills it in the middle of its work, and gives what it had acknowledged: id and sequence. */
async function writeAndKill(
  place: TestPlace,
  prefix: string,
  acknowledgements: number,
): Promise<Map<string, number>> {
  const child = spawn(
    process.execPath,
    ['--conditions=rescind-source', WRITER, JSON.stringify(place.options), ORGANIZATION_A, prefix],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ledger = new Map<string, number>()
  // What was on its way when the process died was acknowledged too: the lines are read to the end.
  for await (const line of createInterface({ input: child.stdout })) {
    const [id, seq] = line.split(' ')
    if (id === undefined || seq === undefined) continue
    ledger.set(id, Number(seq))
    if (ledger.size >= acknowledgements) child.kill('SIGKILL')
  }
  expect(ledger.size).toBeGreaterThanOrEqual(acknowledgements)
  return ledger
}

async function expectWhole(store: Store, ledger: ReadonlyMap<string, number>): Promise<number> {
  // Waits until a transaction that the killed process left behind has ended, whichever way.
  await store.write(A, async () => {})
  return store.read(A, async (tx) => {
    const rows = await tx.db.selectFrom('blocked_keys').select('thumbprint').execute()
    const entries = await tx.db.selectFrom('log_entries').select(['seq', 'body']).orderBy('seq').execute()
    const logged = new Map(entries.map((row) => [/"user":"([^"]+)"/.exec(row.body)?.[1] ?? '', row.seq]))
    // Each change is there with its entry, or neither is.
    expect([...logged.keys()].sort()).toEqual(rows.map((row) => row.thumbprint).sort())
    expect([...ledger].filter(([id, seq]) => logged.get(id) !== seq)).toEqual([])
    expect(entries.map((row) => row.seq)).toEqual(entries.map((_, index) => index + 1))
    expect((await head(tx)).position.seq).toBe(entries.length)
    expect(await verifyChain(tx, ORGANIZATION_A)).toEqual({ whole: true, entries: entries.length })
    return entries.length
  })
}

describe.each(DATABASES)('a writer that is killed on $name', (database) => {
  it(`keeps every acknowledged change and its entry (${ROUNDS} kills)`, {
    timeout: 60_000 + ROUNDS * 10_000,
  }, async () => {
    const place = await database.place()
    const prepare = await openStore(place.options)
    await openLogs(prepare, ORGANIZATION_A)
    await prepare.close()
    const ledger = new Map<string, number>()
    for (let round = 1; round <= ROUNDS; round++) {
      const killAfter = randomInt(1, MAX_ACKNOWLEDGED)
      for (const [id, seq] of await writeAndKill(place, `r${round}`, killAfter)) ledger.set(id, seq)
      const store = await openStore(place.options)
      const entries = await expectWhole(store, ledger)
      await store.close()
      if (ROUNDS > 3)
        process.stderr.write(
          `${database.name}: kill ${round} after ${killAfter}: ${ledger.size} acknowledged in all, ${entries} entries, none lost\n`,
        )
    }
    await place.remove()
  })
})
