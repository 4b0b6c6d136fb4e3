import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from './migrations/index.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  /** `postgres://…`; absent means the embedded database in `dataDir`. */
  readonly databaseUrl?: string
  readonly dataDir: string
}

/** Opens the database, brings its schema up to this code, and refuses one that is newer. */
export async function openStore(options: StoreOptions): Promise<Store> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  const store = new SqliteStore(join(options.dataDir, 'rescind.db'))
  await migrate(store)
  return store
}
