import {
  type Entry,
  type EntryContent,
  encodeEntry,
  entryDigest,
  GENESIS_DIGEST,
  type Position,
} from '@rescind/core/log'
import { organizationOf, type WriteTx } from '../store/index.ts'

/** The first incarnation; `rescind recover` opens the later ones. */
const FIRST_INCARNATION = 1

/** Opens the log of an organization (or federation) at sequence 0. */
export async function openLog(tx: WriteTx, log: string): Promise<void> {
  await tx.db
    .insertInto('log_heads')
    .values({ log_id: log, incarnation: FIRST_INCARNATION, seq: 0, digest: GENESIS_DIGEST })
    .execute()
}

/**
 * Appends an entry inside the caller's transaction and returns its position. Commit order equals `seq` order,
 * because the head row is moved here and stays locked until the COMMIT.
 *
 * @param at milliseconds since the epoch, informational
 */
export async function append(tx: WriteTx, content: EntryContent, at: number): Promise<Position> {
  const log = organizationOf(tx)
  const head = await tx.db
    .updateTable('log_heads')
    .set((row) => ({ seq: row('seq', '+', 1) }))
    .where('log_id', '=', log)
    .returning(['incarnation', 'seq', 'digest'])
    .executeTakeFirstOrThrow()
  const position = { log, incarnation: head.incarnation, seq: head.seq }
  const entry: Entry = { ...content, position, at }
  const digest = entryDigest(head.digest, entry)
  await tx.db
    .insertInto('log_entries')
    .values({
      log_id: log,
      incarnation: head.incarnation,
      seq: head.seq,
      at,
      kind: entry.kind,
      body: encodeEntry(entry),
      digest,
    })
    .execute()
  await tx.db.updateTable('log_heads').set({ digest }).where('log_id', '=', log).execute()
  tx.appended({ log, incarnation: head.incarnation, seq: head.seq, digest })
  return position
}
