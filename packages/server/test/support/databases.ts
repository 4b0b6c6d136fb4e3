import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../src/store/index.ts'

/** A database that the product supports; `open` gives a fresh, empty one. */
export interface TestDatabase {
  readonly name: 'sqlite' | 'postgres'
  open(): Promise<{ readonly store: Store; close(): Promise<void> }>
}

const sqlite: TestDatabase = {
  name: 'sqlite',
  async open() {
    const dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
    const store = await openStore({ dataDir })
    return {
      store,
      async close() {
        await store.close()
        await rm(dataDir, { recursive: true })
      },
    }
  },
}

/** Every store and domain suite runs over this list: `describe.each(DATABASES)('… on $name', …)`. */
export const DATABASES: readonly TestDatabase[] = [sqlite]
