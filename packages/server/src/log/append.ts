import { hash } from 'node:crypto'
import {
  chainDigest,
  type Entry,
  type EntryContent,
  encodeEntry,
  GENESIS_DIGEST,
  type Position,
} from '@rescind/core/log'
import { DomainError } from '../errors/index.ts'
import { asOrganization, SYSTEM, tenantOf, type WriteTx } from '../store/index.ts'
import { retentionOf } from './retention.ts'
import { queueLogoutsFor } from './session-ends.ts'

/** The first incarnation; `rescind recover` opens the later ones. */
const FIRST_INCARNATION = 1

/** Opens the log of an organization (or federation) at sequence 0. */
export async function openLog(tx: WriteTx, log: string): Promise<void> {
  const start = { log_id: log, incarnation: FIRST_INCARNATION }
  await tx.db
    .insertInto('log_heads')
    .values({ ...start, seq: 0, digest: GENESIS_DIGEST })
    .execute()
  await tx.db
    .insertInto('log_incarnations')
    .values({ ...start, previous_seq: 0, previous_digest: GENESIS_DIGEST })
    .execute()
}

/**
 * Appends an entry inside the caller's transaction and returns its position. Commit order equals `seq` order,
 * because the head row is moved here and stays locked until the COMMIT.
 *
 * @param at milliseconds since the epoch, informational
 * @param log whose log, for the scope `SYSTEM`, which takes several in the order of their ids; a tenant
 *   appends to its own
 * @throws DomainError `not_found` when there is no such log in the transaction's scope
 */
export async function append(
  tx: WriteTx,
  content: EntryContent,
  at: number,
  log: string = tenantOf(tx),
): Promise<Position> {
  if (tx.scope !== SYSTEM && tenantOf(tx) !== log) throw new DomainError('not_found')
  const head = await tx.db
    .updateTable('log_heads')
    .set((row) => ({ seq: row('seq', '+', 1) }))
    .where('log_id', '=', log)
    .returning(['incarnation', 'seq', 'digest'])
    .executeTakeFirst()
  if (head === undefined) throw new DomainError('not_found')
  const { incarnation, seq } = head
  const position = { log, incarnation, seq }
  const entry: Entry = { ...content, position, at }
  const body = encodeEntry(entry)
  const digest = chainDigest(head.digest, body, sha256)
  const row = {
    log_id: log,
    incarnation,
    seq,
    at,
    kind: entry.kind,
    retention: retentionOf(content),
    body,
    digest,
  }
  // Neither needs the other's answer: on PostgreSQL they travel together.
  await Promise.all([
    tx.db.insertInto('log_entries').values(row).execute(),
    tx.db.updateTable('log_heads').set({ digest }).where('log_id', '=', log).execute(),
  ])
  if (content.kind === 'index.floor') await raiseFloor(tx, position, content.data)
  // Sessions are an organization's: the log of a federation only tells of what its organizations were told.
  if (tx.scope === SYSTEM || 'organizationId' in tx.scope)
    await queueLogoutsFor(asOrganization(tx, log), content, at)
  tx.appended({ log, incarnation, seq, digest })
  return position
}

/** The platform's own, ten times as fast as the portable one that core brings. */
function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** A floor only rises: what was forgotten under a higher one cannot be un-forgotten. */
async function raiseFloor(
  tx: WriteTx,
  { log, incarnation }: Position,
  { class: artefacts, floor }: { readonly class: string; readonly floor: number },
): Promise<void> {
  await tx.db
    .insertInto('log_floors')
    .values({ log_id: log, incarnation, class: artefacts, floor })
    .onConflict((conflict) =>
      conflict
        .columns(['log_id', 'incarnation', 'class'])
        .doUpdateSet({ floor })
        .where('log_floors.floor', '<', floor),
    )
    .execute()
}
