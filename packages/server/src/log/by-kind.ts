import type { EntryKind, Position } from '@rescind/core/log'
import { organizationOf, type ReadTx } from '../store/index.ts'
import { type LoggedEntry, loggedEntry } from './read.ts'

/** Which entries of the transaction's organization are meant. Times are milliseconds since the epoch. */
export interface KindFilter {
  readonly kinds: readonly EntryKind[]
  /** Not before. */
  readonly from?: number | undefined
  /** Not after. */
  readonly to?: number | undefined
}

/** Entries of some kinds, the newest first. */
export async function readEntriesOfKinds(
  tx: ReadTx,
  filter: KindFilter,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<readonly LoggedEntry[]> {
  if (filter.kinds.length === 0) return []
  const rows = await entriesOf(tx, filter)
    .select(['log_id', 'incarnation', 'seq', 'at', 'kind', 'body', 'digest'])
    .orderBy('incarnation', 'desc')
    .orderBy('seq', 'desc')
    .offset(offset)
    .limit(limit)
    .execute()
  return rows.map(loggedEntry)
}

/** How many there are. */
export async function countEntriesOfKinds(tx: ReadTx, filter: KindFilter): Promise<number> {
  if (filter.kinds.length === 0) return 0
  const { count } = await entriesOf(tx, filter)
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** One entry of the transaction's organization. */
export async function readEntryAt(
  tx: ReadTx,
  { incarnation, seq }: Pick<Position, 'incarnation' | 'seq'>,
): Promise<LoggedEntry | undefined> {
  const row = await tx.db
    .selectFrom('log_entries')
    .select(['log_id', 'incarnation', 'seq', 'at', 'kind', 'body', 'digest'])
    .where('log_id', '=', organizationOf(tx))
    .where('incarnation', '=', incarnation)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return row && loggedEntry(row)
}

function entriesOf(tx: ReadTx, { kinds, from, to }: KindFilter) {
  let query = tx.db
    .selectFrom('log_entries')
    .where('log_id', '=', organizationOf(tx))
    .where('kind', 'in', [...kinds])
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<=', to)
  return query
}
