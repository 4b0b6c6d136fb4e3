import { compareMarks, type Position } from '@rescind/core/log'
import type { ReadTx } from '../store/index.ts'
import { head, readEntries } from './read.ts'

/** What somebody says it knows of a log. */
export interface KnownPlace {
  readonly position: Position
  /** The chain digest there, lower-case hexadecimal, or its first half. */
  readonly digest?: string
}

/**
 * Whether this database has the place that somebody knows. One that it lacks means that the database was restored
 * from an older state or is no primary. What was before the present incarnation counts as had: whatever was lost of it
 * has been answered for, and a follower that comes from there is given a snapshot.
 */
export async function isInLog(tx: ReadTx, { position, digest }: KnownPlace): Promise<boolean> {
  const at = await head(tx)
  if (position.log !== at.position.log || compareMarks(position, at.position) > 0) return false
  if (position.incarnation < at.position.incarnation) return true
  if (digest === undefined || position.seq === 0) return true
  if (compareMarks(position, at.position) === 0) return at.digest.startsWith(digest)
  const { incarnation, seq } = position
  const [entry] = await readEntries(tx, position.log, { incarnation, seq: seq - 1 }, 1)
  return entry?.digest.startsWith(digest) === true
}
