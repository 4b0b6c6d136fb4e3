import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreRefused } from '../failures.ts'

/** A process that was told to stop may need this long to let go, in milliseconds. */
const HANDOVER = 2_000

/**
 * Keeps every other process off a data folder while this one lives: an exclusive lock on a file of its own, which
 * the operating system drops with the process, however it ends.
 *
 * @returns what gives the folder free again
 * @throws StoreRefused when another process has it, or nothing can be written there
 */
export function lockDataFolder(dataDir: string): () => void {
  const lock = openLock(dataDir)
  try {
    lock.exec('begin exclusive')
  } catch (cause) {
    lock.close()
    throw new StoreRefused(`the data folder ${dataDir} is in use by another Rescind process`, { cause })
  }
  return () => lock.close()
}

function openLock(dataDir: string): DatabaseSync {
  try {
    return new DatabaseSync(join(dataDir, 'rescind.lock'), { timeout: HANDOVER })
  } catch (cause) {
    throw new StoreRefused(`the data folder ${dataDir} cannot be written to`, { cause })
  }
}
