import type { ArtefactClass, EntryKind, Position } from '@rescind/core/log'
import { sql } from 'kysely'
import { DomainError } from '../errors/index.ts'
import { type ReadTx, type Retention, SYSTEM, type Tables, tenantOf } from '../store/index.ts'

/** An entry as the log keeps it. `body` is what the digest covers; `decodeEntry` of core reads it. */
export interface LoggedEntry {
  readonly position: Position
  readonly at: number
  readonly kind: string
  readonly body: string
  readonly digest: string
}

/** How far a log is: the position and digest of its last entry, or of its beginning. */
export interface LogHead {
  readonly position: Position
  readonly digest: string
}

const COLUMNS = ['log_id', 'incarnation', 'seq', 'at', 'kind', 'body', 'digest'] as const
const SNAPSHOT_PAGE = 2_000

/**
 * The head of a log, in the transaction's snapshot. Read it before what is judged by it: a
 * position may be older than what rests on it, never newer.
 * @throws DomainError `not_found` where the transaction's scope has no such log
 */
export async function head(tx: ReadTx, log: string = tenantOf(tx)): Promise<LogHead> {
  refuseForeign(tx, log)
  const row = await tx.db
    .selectFrom('log_heads')
    .select(['incarnation', 'seq', 'digest'])
    .where('log_id', '=', log)
    .executeTakeFirst()
  if (row === undefined) throw new DomainError('not_found')
  const { incarnation, seq, digest } = row
  return { position: { log, incarnation, seq }, digest }
}

/**
 * The entries after a position, in order and without gaps, at most `limit` of them.
 * @param after only its incarnation and sequence count; sequence 0 is the beginning of an incarnation
 */
export async function readEntries(
  tx: ReadTx,
  log: string,
  after: Pick<Position, 'incarnation' | 'seq'>,
  limit: number,
): Promise<readonly LoggedEntry[]> {
  return (await entriesAfter(tx, log, after).limit(limit).execute()).map(loggedEntry)
}

/** The entries before a position, or up to the head, newest first: at most `limit` of them, of one kind or of any. */
export async function readEntriesBackwards(
  tx: ReadTx,
  log: string,
  { before, kind }: { readonly before?: Pick<Position, 'incarnation' | 'seq'>; readonly kind?: string },
  limit: number,
): Promise<readonly LoggedEntry[]> {
  refuseForeign(tx, log)
  let query = tx.db.selectFrom('log_entries').select(COLUMNS).where('log_id', '=', log)
  if (before !== undefined)
    query = query.where((row) =>
      row(row.refTuple('incarnation', 'seq'), '<', row.tuple(before.incarnation, before.seq)),
    )
  if (kind !== undefined) query = query.where('kind', '=', kind)
  const rows = await query.orderBy('incarnation', 'desc').orderBy('seq', 'desc').limit(limit).execute()
  return rows.map(loggedEntry)
}

export interface SnapshotOptions {
  /** Whose floors count: an entry is left out once no unexpired artefact of these classes can need it. */
  readonly classes: readonly ArtefactClass[]
  /** Only entries of these kinds; by default every kind that the index is made of. */
  readonly kinds?: readonly EntryKind[]
}

export interface LogSnapshot {
  readonly head: LogHead
  /** The live entries up to the head, in order. To be read inside the transaction. */
  readonly pages: AsyncIterable<readonly LoggedEntry[]>
}

/**
 * What the index amounts to at the head of the transaction's snapshot: the entries that still void, block or
 * publish something. Entries below the floor of every class asked for are left out; registers, keys and cutoffs
 * of foreign tokens never are.
 */
export async function snapshotEntries(
  tx: ReadTx,
  log: string,
  options: SnapshotOptions,
): Promise<LogSnapshot> {
  const at = await head(tx, log)
  const floor = await lowestFloor(tx, at.position, options.classes)
  return { head: at, pages: livePages(tx, at.position, floor, options.kinds) }
}

async function* livePages(
  tx: ReadTx,
  { log, incarnation }: Position,
  floor: number,
  kinds: readonly EntryKind[] | undefined,
): AsyncGenerator<readonly LoggedEntry[]> {
  let after: Pick<Position, 'incarnation' | 'seq'> = { incarnation: 0, seq: 0 }
  for (;;) {
    let query = entriesAfter(tx, log, after)
      // Spelled as in the partial index, which both databases only use when they see it.
      .where('retention', '<>', sql.lit<Retention>('record'))
      .where((row) =>
        row.or([
          row('retention', '=', 'always'),
          // What an earlier incarnation voided is void by its incarnation.
          row.and([
            row('retention', '=', 'floor'),
            row('incarnation', '=', incarnation),
            row('seq', '>', floor),
          ]),
        ]),
      )
      .limit(SNAPSHOT_PAGE)
    if (kinds !== undefined) query = query.where('kind', 'in', [...kinds])
    const page = (await query.execute()).map(loggedEntry)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    after = last.position
  }
}

/** The floor that all of these classes have reached; 0 where one has none yet. */
async function lowestFloor(
  tx: ReadTx,
  { log, incarnation }: Position,
  classes: readonly ArtefactClass[],
): Promise<number> {
  const rows = await tx.db
    .selectFrom('log_floors')
    .select(['class', 'floor'])
    .where('log_id', '=', log)
    .where('incarnation', '=', incarnation)
    .execute()
  const floors = new Map(rows.map((row) => [row.class, row.floor]))
  return Math.min(...classes.map((name) => floors.get(name) ?? 0))
}

/** How many entries of a kind an incarnation of the transaction's log has. */
export async function countEntries(tx: ReadTx, kind: EntryKind, incarnation: number): Promise<number> {
  const { count } = await tx.db
    .selectFrom('log_entries')
    .select((row) => row.fn.countAll().as('count'))
    .where('log_id', '=', tenantOf(tx))
    .where('kind', '=', kind)
    .where('incarnation', '=', incarnation)
    .executeTakeFirstOrThrow()
  return Number(count)
}

function entriesAfter(tx: ReadTx, log: string, after: Pick<Position, 'incarnation' | 'seq'>) {
  refuseForeign(tx, log)
  return tx.db
    .selectFrom('log_entries')
    .select(COLUMNS)
    .where('log_id', '=', log)
    .where((row) => row(row.refTuple('incarnation', 'seq'), '>', row.tuple(after.incarnation, after.seq)))
    .orderBy('incarnation')
    .orderBy('seq')
}

/** A row of the log as the rest of the product sees it. */
export function loggedEntry(row: Pick<Tables['log_entries'], (typeof COLUMNS)[number]>): LoggedEntry {
  const { log_id: log, incarnation, seq, at, kind, body, digest } = row
  return { position: { log, incarnation, seq }, at, kind, body, digest }
}

function refuseForeign(tx: ReadTx, log: string): void {
  if (tx.scope !== SYSTEM && tenantOf(tx) !== log) throw new DomainError('not_found')
}
