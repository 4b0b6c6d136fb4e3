import { open, readFile, rename, rm } from 'node:fs/promises'
import type { SnapshotStore } from './platform.ts'

/** A snapshot in a file that only its owner reads: written beside it, synced, and put in its place at once. */
export function snapshotFile(path: string): SnapshotStore {
  return {
    async load() {
      try {
        return await readFile(path)
      } catch (failure) {
        if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return undefined
        throw failure
      }
    },
    async save(snapshot) {
      const beside = `${path}.${process.pid}.new`
      try {
        const handle = await open(beside, 'w', 0o600)
        try {
          await handle.writeFile(snapshot)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(beside, path)
      } catch (failure) {
        await rm(beside, { force: true }).catch(() => undefined)
        throw failure
      }
    },
  }
}
