import { Value } from 'typebox/value'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { LoggedEntry } from '../../log/index.ts'
import type { ReadTx } from '../../store/index.ts'
import { findReceipt, listReceiptFacts } from '../../store/queries/revocation-effects.ts'
import { findRevocation, type RevocationRow } from '../../store/queries/revocations.ts'
import { type RevocationRecord, readRevocation } from '../revocations.ts'
import { entryAt, isSigningKey, Verifiers } from './concerned.ts'
import { type Covered, countCovered, readCovered } from './covered-tokens.ts'
import { CountsDocument, documentOf, type EffectDocument, type EffectSummary, summaryOf } from './document.ts'
import { type Effect, effectOf } from './effect.ts'
import { readReceipt } from './receipt.ts'

type Row = Omit<RevocationRow, 'organization_id'>

/** An effect as it is now, and the entry that has it. */
export interface Judged {
  readonly effect: Effect
  readonly entry: LoggedEntry
}

/** What a revocation has come to by what the verifiers have acknowledged until now. */
export async function judgeEffect(
  authority: Authority,
  tx: ReadTx,
  row: Row,
  verifiers: Verifiers,
  covered: Covered | undefined,
): Promise<Judged> {
  const { logged, entry } = await entryAt(tx, row)
  const { incarnation, seq, at } = row
  const effect = effectOf(
    { incarnation, seq, at },
    verifiers.concernedBy(entry, covered),
    authority.clock.now(),
    isSigningKey(entry),
  )
  return { effect, entry: logged }
}

/**
 * The effects of some revocations of the actor's organization, in a few words each, by their ids: of those that are
 * complete as their receipts have it, of the others as it is now.
 */
export function effectsOf(
  authority: Authority,
  actor: Actor,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, EffectSummary>> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const found = new Map<string, EffectSummary>()
    const closed = rows.filter((row) => row.effect_open === 0)
    const places = new Map(closed.map((row) => [row.id, row]))
    for (const fact of await listReceiptFacts(tx, [...places.keys()])) {
      const row = places.get(fact.revocation_id)
      if (row?.seq === fact.seq && row.incarnation === fact.incarnation)
        found.set(row.id, completedSummary(row.at, fact))
    }
    const open = rows.filter((row) => row.effect_open === 1)
    const [first] = open.toSorted((a, b) => a.incarnation - b.incarnation || a.seq - b.seq)
    if (first === undefined) return found
    const verifiers = await Verifiers.read(authority, tx, first)
    for (const row of open) {
      const { effect } = await judgeEffect(authority, tx, row, verifiers, readCovered(row.covered))
      found.set(row.id, summaryOf(effect))
    }
    return found
  })
}

function completedSummary(
  at: number,
  fact: { readonly effective_at: number; readonly nodes: string },
): EffectSummary {
  return {
    state: 'complete',
    effectiveAt: new Date(fact.effective_at).toISOString(),
    milliseconds: fact.effective_at - at,
    nodes: Value.Parse(CountsDocument, JSON.parse(fact.nodes)),
  }
}

/** A revocation with all that is known of its effect. */
export interface RevocationInEffect {
  readonly revocation: RevocationRecord
  readonly entry: LoggedEntry
  readonly effect: EffectDocument
  /** Whether its receipt is written. */
  readonly hasReceipt: boolean
}

/**
 * A revocation, its newest entry, and what has come of that, cluster by cluster and node by node.
 *
 * @throws DomainError `not_found`
 */
export function effectById(authority: Authority, actor: Actor, id: string): Promise<RevocationInEffect> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireRevocation(tx, id)
    const revocation = readRevocation(row)
    const receipt = row.effect_open === 0 ? await findReceipt(tx, id, row) : undefined
    if (receipt !== undefined) {
      const { logged } = await entryAt(tx, row)
      return { revocation, entry: logged, effect: readReceipt(receipt.jws).effect, hasReceipt: true }
    }
    const verifiers = await Verifiers.read(authority, tx, row)
    const covered = readCovered(row.covered) ?? (await countCovered(authority, tx, row))
    const { effect, entry } = await judgeEffect(authority, tx, row, verifiers, covered)
    return { revocation, entry, effect: documentOf(effect), hasReceipt: false }
  })
}

/** @throws DomainError `not_found` */
export async function requireRevocation(tx: ReadTx, id: string): Promise<RevocationRow> {
  const row = await findRevocation(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'revocation', id })
  return row
}
