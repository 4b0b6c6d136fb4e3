import type { EntryKind } from '@rescind/core/log'
import { sql } from 'kysely'
import type { ReadTx } from '../store/index.ts'
import { tenantOf } from '../store/index.ts'
import { type LoggedEntry, loggedEntry } from './read.ts'

/**
 * The newest entry of a kind about a subject, in the log of the transaction's tenant. For kinds of which there are few:
 * there is no index by subject, because the log is read by range.
 *
 * @param subject exactly one member, e.g. `{ key: <thumbprint> }`
 */
export async function findEntryAbout(
  tx: ReadTx,
  kind: EntryKind,
  subject: Readonly<Record<string, string>>,
): Promise<LoggedEntry | undefined> {
  const needles = Object.entries(subject).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  )
  let query = tx.db
    .selectFrom('log_entries')
    .select(['log_id', 'incarnation', 'seq', 'at', 'kind', 'body', 'digest'])
    .where('log_id', '=', tenantOf(tx))
    .where('kind', '=', kind)
  // The body is canonical JSON, so a member has one spelling.
  for (const needle of needles)
    query = query.where(sql<boolean>`body like ${`%${escapeLike(needle)}%`} escape '\\'`)
  const row = await query.orderBy('incarnation', 'desc').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? undefined : loggedEntry(row)
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)
}
