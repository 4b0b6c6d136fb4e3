import { unavailable } from '../failures.ts'

/** Primary result codes (sqlite.org/rescode.html) that mean "not now": the state on disk is as it was. */
const NOT_NOW = new Map([
  [5, 'BUSY'],
  [6, 'LOCKED'],
  [7, 'NOMEM'],
  [8, 'READONLY'],
  [9, 'INTERRUPT'],
  [10, 'IOERR'],
  [13, 'FULL'],
  [14, 'CANTOPEN'],
  [15, 'PROTOCOL'],
])

/** … and those after which nothing that the file says may be believed. */
const DOUBTFUL = new Map([
  [11, 'CORRUPT'],
  [26, 'NOTADB'],
])

/** Whether the database file is damaged. */
export function isDoubtful(error: unknown): boolean {
  return DOUBTFUL.has(primaryCode(error))
}

/** Whether the storage failed, so that the transaction is lost with all its commands. */
export function isStorageFailure(error: unknown): boolean {
  return NOT_NOW.has(primaryCode(error)) || isDoubtful(error)
}

/** What a caller is told of a failed statement; constraint violations and mistakes in SQL stay what they are. */
export function statementFailure(error: unknown): unknown {
  return isStorageFailure(error) ? unavailable(error) : error
}

function primaryCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0
  // An extended result code carries the primary one in its low byte.
  return error.errcode & 0xff
}
