import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/*
 * Runs in a thread of its own: copies the write-ahead log into the database file, so that the syncs of that do
 * not stop the event loop. Each message asks for one checkpoint; `close` ends the thread.
 */

/** A log of this many frames (of 4 KiB) is cut short once all of it is copied, so that the file does not stay big. */
const LARGE = 16_384

/** Readers and the writer go first: a checkpoint that would have to wait for them tries again later. */
const BUSY_TIMEOUT = 50

const path: unknown = workerData
if (parentPort === null || typeof path !== 'string')
  throw new TypeError('started without a database to look after')
const port = parentPort
const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
database.exec('pragma synchronous = full')

port.on('message', (message: unknown) => {
  if (message === 'close') {
    database.close()
    port.close()
    return
  }
  try {
    checkpoint()
    port.postMessage({ done: true })
  } catch (failure) {
    port.postMessage({ done: false, message: String(failure), errcode: errcodeOf(failure) })
  }
})

function checkpoint(): void {
  const { log, checkpointed } = database.prepare('pragma wal_checkpoint(passive)').get() ?? {}
  // TRUNCATE keeps writers out while it runs, so it comes only when there is nothing left to copy.
  if (typeof log === 'number' && log > LARGE && log === checkpointed)
    database.exec('pragma wal_checkpoint(truncate)')
}

function errcodeOf(failure: unknown): number {
  return failure instanceof Error && 'errcode' in failure && typeof failure.errcode === 'number'
    ? failure.errcode
    : 0
}
