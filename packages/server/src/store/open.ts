import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MasterKeyProof } from './master-key-proof.ts'
import { completeEvents, DEFAULT_LIMITS, type StoreEvents, type StoreLimits } from './options.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import { type OpenDatabase, openDatabase } from './sqlite/connection.ts'
import { openSqlite } from './sqlite/open-sqlite.ts'
import type { Store } from './store.ts'

export interface StoreOptions extends StoreEvents {
  /** `postgres://…`; absent means the embedded database in `dataDir`. */
  readonly databaseUrl?: string
  readonly dataDir: string
  /** Proves that the database was sealed under the master key at hand, before anything is written. */
  readonly masterKey?: MasterKeyProof
  readonly limits?: Partial<StoreLimits>
  /** How the embedded database opens its files; tests let them fail. */
  readonly openDatabase?: OpenDatabase
}

/**
 * Opens the database and brings its schema up to this code.
 *
 * @throws StoreRefused with a message for the operator: the schema is newer than this code, the master key is
 *   another one's, another process has the data folder, or the walls between organizations are missing
 * @throws DomainError `store_unavailable` when the database cannot be reached
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const events = completeEvents(options)
  if (options.databaseUrl !== undefined)
    return openPostgres({ url: options.databaseUrl, limits, events }, options.masterKey)
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  return openSqlite(
    options.dataDir,
    { path: databaseFile(options.dataDir), open: options.openDatabase ?? openDatabase, limits, events },
    options.masterKey,
  )
}

/** Whether an embedded database is in the folder already: then its master key must be given, not made. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(databaseFile(dataDir))
}

function databaseFile(dataDir: string): string {
  return join(dataDir, 'rescind.db')
}
