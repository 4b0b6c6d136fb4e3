import { chainDigest, GENESIS_DIGEST, type Position } from '@rescind/core/log'
import type { ReadTx } from '../store/index.ts'
import { head, type LoggedEntry, type LogHead, readEntries } from './read.ts'

const PAGE = 1_000

/** The result of recomputing a log's chain. */
export type ChainVerdict =
  | { readonly whole: true; readonly entries: number }
  /** `at` is the first place that is not as it was written. */
  | { readonly whole: false; readonly at: Position; readonly fault: ChainFault }

/** A gap in the sequence, a digest that does not follow, a row that disagrees with its body, a head elsewhere. */
export type ChainFault = 'gap' | 'digest' | 'row' | 'head'

/**
 * Recomputes the digests of a log, from the beginning or from an entry whose digest is known, up to the head of
 * the transaction's snapshot.
 *
 * @param from the position and digest to begin after
 */
export async function verifyChain(tx: ReadTx, log: string, from?: ChainPlace): Promise<ChainVerdict> {
  const end = await head(tx, log)
  let previous: ChainPlace = from ?? { position: { incarnation: 0, seq: 0 }, digest: GENESIS_DIGEST }
  let entries = 0
  for (;;) {
    const page = await readEntries(tx, log, previous.position, PAGE)
    for (const entry of page) {
      const fault = faultOf(entry, previous)
      if (fault !== undefined) return { whole: false, at: entry.position, fault }
      previous = entry
      entries += 1
    }
    if (page.length < PAGE) break
  }
  return endsAt(end, previous) ? { whole: true, entries } : { whole: false, at: end.position, fault: 'head' }
}

type ChainPlace = { readonly position: Pick<Position, 'incarnation' | 'seq'>; readonly digest: string }

function endsAt({ position, digest }: LogHead, last: ChainPlace): boolean {
  // An incarnation that has no entry yet begins after whatever there was before.
  if (position.seq === 0) return last.position.incarnation < position.incarnation
  const { incarnation, seq } = last.position
  return incarnation === position.incarnation && seq === position.seq && digest === last.digest
}

function faultOf(entry: LoggedEntry, previous: ChainPlace): ChainFault | undefined {
  const { incarnation, seq } = entry.position
  // The sequence and the chain begin anew with every incarnation.
  const isFirst = incarnation !== previous.position.incarnation
  if (seq !== (isFirst ? 1 : previous.position.seq + 1)) return 'gap'
  if (entry.digest !== chainDigest(isFirst ? GENESIS_DIGEST : previous.digest, entry.body)) return 'digest'
  return describes(entry) ? undefined : 'row'
}

/** Whether the columns of the row, which the digest does not cover, say what the body says. */
function describes({ body, position, at, kind }: LoggedEntry): boolean {
  const entry: unknown = JSON.parse(body)
  if (!isRecord(entry) || !isRecord(entry.position)) return false
  return (
    entry.kind === kind &&
    entry.at === at &&
    entry.position.log === position.log &&
    entry.position.incarnation === position.incarnation &&
    entry.position.seq === position.seq
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
