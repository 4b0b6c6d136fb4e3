import type { MasterKeyProof } from '../master-key-proof.ts'
import { prepareSchema } from '../prepare-schema.ts'
import { lockDataFolder } from './process-lock.ts'
import { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'

/** Opens the store in a data folder that no other process has, with its schema brought up to date. */
export async function openSqlite(
  dataDir: string,
  options: SqliteStoreOptions,
  proof: MasterKeyProof | undefined,
): Promise<SqliteStore> {
  const unlock = lockDataFolder(dataDir)
  let store: SqliteStore | undefined
  try {
    store = new SqliteStore(options, unlock)
    await store.changeSchema((session) => prepareSchema(session, proof))
    return store
  } catch (failure) {
    if (store === undefined) unlock()
    else await store.close()
    throw failure
  }
}
