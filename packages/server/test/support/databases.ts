import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { inject } from 'vitest'
import { openStore, type Store, type StoreOptions } from '../../src/store/index.ts'
import { scratch } from './scratch.ts'

/** What a test may choose beside the database itself. */
export type TestStoreOptions = Omit<StoreOptions, 'dataDir' | 'databaseUrl'>

/** A place for a database, empty at first, that may be opened more than once, also by another process. */
export interface TestPlace {
  readonly options: Pick<StoreOptions, 'dataDir' | 'databaseUrl'>
  /** Takes a backup; nobody may have the database open. @returns what puts the database back to it, likewise */
  backUp(): Promise<() => Promise<void>>
  remove(): Promise<void>
}

/** A database that the product supports; `open` gives a fresh, empty one. */
export interface TestDatabase {
  readonly name: 'sqlite' | 'postgres'
  /** @param migrated whether the schema may be there already, which is quicker; by default it may */
  place(options?: { readonly migrated: boolean }): Promise<TestPlace>
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
  const dataDir = await mkdtemp(join(scratch(), 'rescind-'))
  return {
    options: { dataDir },
    async backUp() {
      const copy = `${dataDir}/backup`
      const files = (await readdir(dataDir)).filter((name) => name !== 'backup')
      for (const name of files) await cp(join(dataDir, name), join(copy, name))
      return async () => {
        for (const name of await readdir(dataDir)) if (name !== 'backup') await rm(join(dataDir, name))
        for (const name of files) await cp(join(copy, name), join(dataDir, name))
      }
    },
    remove: () => rm(dataDir, { recursive: true }),
  }
})

function postgres({ url, template }: { url: string; template: string }): TestDatabase {
  return testDatabase('postgres', async ({ migrated } = { migrated: true }) => {
    if (migrated) await makeTemplate(url, template)
    const name = `rescind_${randomBytes(8).toString('hex')}`
    const from = migrated ? escapeIdentifier(template) : 'template1'
    await administer(url, (client) =>
      client.query(`create database ${escapeIdentifier(name)} template ${from}`),
    )
    return {
      options: { dataDir: '', databaseUrl: databaseUrl(url, name) },
      async backUp() {
        const copy = `${name}_backup`
        await administer(url, (client) => copyDatabase(client, name, copy))
        return () =>
          administer(url, async (client) => {
            await client.query(`drop database ${escapeIdentifier(name)} with (force)`)
            await client.query(`alter database ${escapeIdentifier(copy)} rename to ${escapeIdentifier(name)}`)
          })
      },
      remove: () =>
        administer(url, (client) => client.query(`drop database ${escapeIdentifier(name)} with (force)`)),
    }
  })
}

/** The connections of a process that was killed may take a moment to be noticed, and a template must have none. */
async function copyDatabase(client: Client, from: string, to: string): Promise<void> {
  await client.query(`alter database ${escapeIdentifier(from)} allow_connections false`)
  await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
    from,
  ])
  await client.query(`create database ${escapeIdentifier(to)} template ${escapeIdentifier(from)}`)
  await client.query(`alter database ${escapeIdentifier(from)} allow_connections true`)
}

/** Migrates one database for the whole run, by whichever test needs it first; the others are copies of it. */
async function makeTemplate(url: string, name: string): Promise<void> {
  await administer(url, async (client) => {
    await client.query('select pg_advisory_lock(1)')
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 1) return
    const unfinished = `${name}_unfinished`
    await client.query(`drop database if exists ${escapeIdentifier(unfinished)} with (force)`)
    await client.query(`create database ${escapeIdentifier(unfinished)}`)
    await (await openStore({ dataDir: '', databaseUrl: databaseUrl(url, unfinished) })).close()
    await client.query(`alter database ${escapeIdentifier(unfinished)} rename to ${escapeIdentifier(name)}`)
  })
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function administer(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const server = inject('postgres')

/** Every store and domain suite runs over this list: `describe.each(DATABASES)('… on $name', …)`. */
export const DATABASES: readonly TestDatabase[] = server === undefined ? [sqlite] : [sqlite, postgres(server)]
