import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { append, head, verifyChain } from '../../src/log/index.ts'
import { openStore, type Store, type StoreOptions, type WriteTx } from '../../src/store/index.ts'
import { openDatabase } from '../../src/store/sqlite/connection.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { FailingStorage, type StorageFault } from '../support/failing-storage.ts'
import { openLogs, userRevoked } from '../support/log.ts'

const MODES: readonly Omit<StorageFault, 'operation'>[] = [
  { lasting: false, code: 10, endsTransaction: false },
  { lasting: false, code: 10, endsTransaction: true },
  { lasting: true, code: 13, endsTransaction: false },
  { lasting: true, code: 13, endsTransaction: true },
]
const named = MODES.map((mode) => ({
  ...mode,
  name: `${mode.code === 13 ? 'a full disk' : 'an I/O error'}, ${mode.lasting ? 'from there on' : 'once'}, ${mode.endsTransaction ? 'ending' : 'leaving'} the transaction`,
}))

const A = { organizationId: ORGANIZATION_A }

/** One change in two tables: what must be there wholly or not at all. */
function change(id: string) {
  return async (tx: WriteTx) => {
    await append(tx, userRevoked(id), 0)
    await tx.db
      .insertInto('blocked_keys')
      .values({ organization_id: ORGANIZATION_A, thumbprint: id, blocked_at: 0 })
      .execute()
    return id
  }
}

/** The ids of what is there, in both tables; a difference between the two fails. */
async function present(store: Store): Promise<ReadonlySet<string>> {
  return store.read(A, async (tx) => {
    const rows = await tx.db.selectFrom('blocked_keys').select('thumbprint').execute()
    const entries = await tx.db.selectFrom('log_entries').select('body').execute()
    const ids = rows.map((row) => row.thumbprint).sort()
    expect(entries.map((entry) => /"user":"([^"]+)"/.exec(entry.body)?.[1]).sort()).toEqual(ids)
    expect((await head(tx)).position.seq).toBe(ids.length)
    expect(await verifyChain(tx, ORGANIZATION_A)).toEqual({ whole: true, entries: ids.length })
    return new Set(ids)
  })
}

function expectSound(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, 'rescind.db'))
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  database.close()
}

/** Runs commands in several groups and gives the ids of those that were acknowledged. */
async function work(store: Store, prefix: string): Promise<string[]> {
  const acknowledged: string[] = []
  const keep = (command: Promise<string>) => command.then((id) => acknowledged.push(id))
  for (let group = 0; group < 3; group++) {
    const refused = store.write(A, async (tx) => {
      await change(`${prefix}-${group}-refused`)(tx)
      throw new Error('refused')
    })
    const outcomes = await Promise.allSettled([
      keep(store.write(A, change(`${prefix}-${group}-first`))),
      refused,
      keep(store.write(A, change(`${prefix}-${group}-last`))),
    ])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected' && outcome.reason.message !== 'refused')
        expect(outcome.reason).toMatchObject({ code: 'store_unavailable' })
  }
  return acknowledged
}

async function inFolder(test: (options: StoreOptions) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rescind-fault-'))
  try {
    await test({ dataDir, onTrouble: () => {} })
  } finally {
    await rm(dataDir, { recursive: true })
  }
}

it.each(named)('survives $name, at every operation in turn', async (mode) => {
  await inFolder(async (options) => {
    const storage = new FailingStorage()
    let fatal: unknown
    const open = () =>
      openStore({ ...options, openDatabase: storage.open, onFatal: (failure) => (fatal = failure) })
    let store = await open()
    await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
    const acknowledged = new Set<string>()
    for (let operation = 1; operation === 1 || storage.met; operation++) {
      storage.arm({ ...mode, operation })
      for (const id of await work(store, `n${operation}`)) acknowledged.add(id)
      // A disk that takes no more writing can still be read.
      if (mode.lasting) await present(store)
      storage.repair()
      if (fatal !== undefined) {
        // Only a rollback that failed is a reason to end the process; a new one finds everything in order.
        expect(mode.lasting).toBe(false)
        await expect(store.write(A, change('never'))).rejects.toMatchObject({ code: 'store_unavailable' })
        await expect(store.read(A, (tx) => head(tx))).rejects.toMatchObject({ code: 'store_unavailable' })
        await store.close()
        store = await open()
        fatal = undefined
      }
      acknowledged.add(await store.write(A, change(`n${operation}-afterwards`)))
      const there = await present(store)
      // Nothing acknowledged is missing, and nothing that was refused is there.
      expect([...acknowledged].filter((id) => !there.has(id))).toEqual([])
      expect([...there].filter((id) => !acknowledged.has(id))).toEqual([])
    }
    await store.close()
    expectSound(options.dataDir)
  })
})

it('survives a fault at every operation of its start, and starts when it is gone', async () => {
  const storage = new FailingStorage()
  for (let operation = 1; operation === 1 || storage.met; operation += 7) {
    await inFolder(async (options) => {
      storage.arm({ operation, lasting: true, code: 13, endsTransaction: operation % 2 === 0 })
      const started = await openStore({ ...options, openDatabase: storage.open }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'store_unavailable' })
        return undefined
      })
      storage.repair()
      const store = started ?? (await openStore({ ...options, openDatabase: storage.open }))
      await openLogs(store, ORGANIZATION_A)
      await store.write(A, change('first'))
      expect((await present(store)).size).toBe(1)
      await store.close()
      expectSound(options.dataDir)
    })
  }
})

it('refuses to write while the disk is really full, goes on reading, and recovers when there is room', async () => {
  await inFolder(async (options) => {
    let limit = (_pages: number) => {}
    const store = await openStore({
      ...options,
      openDatabase: (path, how) => {
        const database = openDatabase(path, how)
        if (!how.readOnly) limit = (pages) => database.exec(`pragma max_page_count = ${pages}`)
        return database
      },
    })
    await openLogs(store, ORGANIZATION_A)
    limit(1)
    const acknowledged = new Set<string>()
    let refusal: unknown
    for (let index = 0; refusal === undefined; index++) {
      await store.write(A, change(`full-${index}`)).then(
        (id) => acknowledged.add(id),
        (error: unknown) => (refusal = error),
      )
    }
    expect(refusal).toMatchObject({ code: 'store_unavailable' })
    expect(await present(store)).toEqual(acknowledged)
    limit(100_000)
    acknowledged.add(await store.write(A, change('room')))
    expect(await present(store)).toEqual(acknowledged)
    await store.close()
    expectSound(options.dataDir)
  })
})

it('ends rather than serve a file that is damaged', async () => {
  await inFolder(async (options) => {
    const storage = new FailingStorage()
    const fatal: unknown[] = []
    const onFatal = (failure: unknown) => fatal.push(failure)
    const store = await openStore({ ...options, openDatabase: storage.open, onFatal })
    await openLogs(store, ORGANIZATION_A)
    storage.arm({ operation: 2, lasting: false, code: 11, endsTransaction: false })
    await expect(store.read(A, (tx) => head(tx))).rejects.toMatchObject({ code: 'store_unavailable' })
    storage.repair()
    expect(String(fatal[0])).toContain('storage fault')
    await expect(store.write(A, change('never'))).rejects.toMatchObject({ code: 'store_unavailable' })
    await store.close()
  })
})

it('keeps a second process off the data folder, and lets it in afterwards', async () => {
  await inFolder(async (options) => {
    const first = await openStore(options)
    await expect(openStore(options)).rejects.toThrow('in use by another Rescind process')
    await first.close()
    await (await openStore(options)).close()
  })
})
