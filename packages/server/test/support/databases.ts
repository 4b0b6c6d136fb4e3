import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { inject } from 'vitest'
import { openStore, type Store, type StoreOptions } from '../../src/store/index.ts'

/** What a test may choose beside the database itself. */
export type TestStoreOptions = Omit<StoreOptions, 'dataDir' | 'databaseUrl'>

/** A place for a database, empty at first, that may be opened more than once, also by another process. */
export interface TestPlace {
  readonly options: Pick<StoreOptions, 'dataDir' | 'databaseUrl'>
  remove(): Promise<void>
}

/** A database that the product supports; `open` gives a fresh, empty one. */
export interface TestDatabase {
  readonly name: 'sqlite' | 'postgres'
  place(): Promise<TestPlace>
  open(options?: TestStoreOptions): Promise<{ readonly store: Store; close(): Promise<void> }>
}

function testDatabase(name: TestDatabase['name'], place: TestDatabase['place']): TestDatabase {
  return {
    name,
    place,
    async open(options = {}) {
      const { options: where, remove } = await place()
      const store = await openStore({ ...options, ...where })
      return {
        store,
        async close() {
          await store.close()
          await remove()
        },
      }
    },
  }
}

const sqlite = testDatabase('sqlite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
  return { options: { dataDir }, remove: () => rm(dataDir, { recursive: true }) }
})

function postgres(url: string): TestDatabase {
  return testDatabase('postgres', async () => {
    const name = `rescind_${randomBytes(8).toString('hex')}`
    await administer(url, `create database ${escapeIdentifier(name)}`)
    const databaseUrl = new URL(url)
    databaseUrl.pathname = `/${name}`
    return {
      options: { dataDir: '', databaseUrl: databaseUrl.href },
      remove: () => administer(url, `drop database ${escapeIdentifier(name)} with (force)`),
    }
  })
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const postgresUrl = inject('postgresUrl')

/** Every store and domain suite runs over this list: `describe.each(DATABASES)('… on $name', …)`. */
export const DATABASES: readonly TestDatabase[] =
  postgresUrl === undefined ? [sqlite] : [sqlite, postgres(postgresUrl)]
