import { type EntryContent, formatPosition, type Position } from '@rescind/core/log'
import { type Actor, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { type ReadTx, tenantOf, type WriteTx } from '../store/index.ts'
import { deleteHalt, findHalt, putHalt } from '../store/queries/log-halts.ts'
import { append } from './append.ts'
import { type LoggedEntry, loggedEntry } from './read.ts'

/** What somebody knows of a log, and the log does not have. */
export interface LostPlace {
  readonly position: Position
  /** The chain digest there, lower-case hexadecimal. */
  readonly digest: string
}

/** Who knows it: a node of a cluster, or a node of the authority by its own memory. */
export type Reporter = { readonly cluster: string; readonly node?: string } | { readonly authority: string }

/** So many reports tell the whole story; the log is not filled with more of them. */
const MOST_REPORTS = 256

/**
 * Stops the organization's log, in the caller's transaction: nothing is issued and no lease is granted by it from then
 * on, on any node, until it is recovered or the report is dismissed. The same report twice is one entry.
 *
 * @param at milliseconds since the epoch
 * @returns whether it was news
 */
export async function haltLog(
  tx: WriteTx,
  reporter: Reporter,
  { position, digest }: LostPlace,
  actor: Actor,
  at: number,
): Promise<boolean> {
  const halt = await findHalt(tx)
  const data = { place: formatPosition(position), digest }
  if (halt !== undefined) {
    const known = await divergencesSince(tx, halt.incarnation)
    if (known.length >= MOST_REPORTS || known.some((entry) => entry.body.includes(JSON.stringify(digest))))
      return false
  }
  const content: EntryContent = {
    kind: 'log.diverged',
    subject: { ...reporter },
    actor: entryActor(actor),
    data,
  }
  const { incarnation, seq } = await append(tx, content, at)
  await putHalt(tx, { incarnation, seq, reported_incarnation: position.incarnation, halted_at: at })
  return true
}

/** The reports of an incarnation that were not dismissed, oldest first. */
export async function divergencesSince(tx: ReadTx, incarnation: number): Promise<readonly LoggedEntry[]> {
  const rows = await tx.db
    .selectFrom('log_entries')
    .select(['log_id', 'incarnation', 'seq', 'at', 'kind', 'body', 'digest'])
    .where('log_id', '=', tenantOf(tx))
    .where('kind', 'in', ['log.diverged', 'log.divergence_dismissed'])
    .where('incarnation', '=', incarnation)
    .orderBy('seq', 'desc')
    .limit(MOST_REPORTS)
    .execute()
  const dismissed = rows.findIndex(({ kind }) => kind === 'log.divergence_dismissed')
  return (dismissed < 0 ? rows : rows.slice(0, dismissed)).map(loggedEntry).reverse()
}

/**
 * Starts the organization's log again although somebody claims to know more than it has: for an operator who knows that
 * the claim is false.
 *
 * @returns false where the log had not stopped
 */
export async function dismissDivergence(
  tx: WriteTx,
  actor: Actor,
  reason: string,
  at: number,
): Promise<boolean> {
  if (!(await deleteHalt(tx))) return false
  const content: EntryContent = {
    kind: 'log.divergence_dismissed',
    subject: {},
    actor: entryActor(actor),
    reason: { code: 'requested', text: reason },
  }
  await append(tx, content, at)
  return true
}

/** @throws DomainError `log_halted` where the organization's log has stopped */
export async function refuseHalted(tx: ReadTx): Promise<void> {
  if ((await findHalt(tx)) !== undefined) throw new DomainError('log_halted')
}
