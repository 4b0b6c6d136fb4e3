import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Mark } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { onAcknowledged } from '../../federation/delivery/acknowledgement-news.ts'
import { head } from '../../log/index.ts'
import { type ReadTx, SYSTEM } from '../../store/index.ts'
import { isLeaseBehind } from '../../store/queries/cluster-nodes.ts'
import {
  closeEffect,
  forgetAcknowledgements,
  insertReceipt,
  keepCovered,
  listOpenEffects,
  oldestOpenEffect,
  organizationsWithOpenEffects,
} from '../../store/queries/revocation-effects.ts'
import type { RevocationRow } from '../../store/queries/revocations.ts'
import { readRevocation } from '../revocations.ts'
import { Bell, pause } from './bell.ts'
import { Verifiers } from './concerned.ts'
import { type Covered, countCovered, readCovered } from './covered-tokens.ts'
import { countsDocument, documentOf } from './document.ts'
import type { Effect } from './effect.ts'
import { type Judged, judgeEffect } from './effects.ts'
import { tellEffectTaken } from './news.ts'
import { composeReceipt } from './receipt.ts'
import { receiptSigner } from './receipt-keys.ts'

/** Milliseconds between two looks while something is open: other authority nodes take acknowledgements too. */
const INTERVAL = 250
/** Nothing open: only a notice that was lost could mean otherwise. */
const IDLE = 5_000
/** Acknowledgements come by the thousand; so long is waited for those that follow on one. */
const GATHER = 10
/** And so many times as long as the last look took: with thousands of nodes the looks must not fill the thread. */
const TIMES_AS_LONG = 4
const BATCH = 100

/**
 * Writes the receipts of revocations that have taken effect, until `signal` ends it: as acknowledgements come in, as
 * leases end, and after a restart of whatever was open. Several nodes may run it; each receipt is written once.
 *
 * @returns once nothing of it is running
 */
export async function startEffects(authority: Authority, signal: AbortSignal): Promise<void> {
  const { store, logger } = authority
  const bell = new Bell()
  const endings = [store.onAppended(() => bell.ring()), onAcknowledged(store, () => bell.ring())]
  while (!signal.aborted) {
    const start = performance.now()
    const isOpen = await completeEffects(authority, signal).catch((cause: unknown) => {
      logger.error({ err: cause }, 'the effects of revocations could not be judged')
      return true
    })
    const took = performance.now() - start
    await bell.wait(isOpen ? INTERVAL : IDLE, signal)
    const until = performance.now() + INTERVAL
    do await pause(Math.min(INTERVAL, Math.max(GATHER, took * TIMES_AS_LONG)), signal)
    while (performance.now() < until && !signal.aborted && (await isSomebodyBehind(authority)))
  }
  for (const end of endings) end()
}

/**
 * Whether a node that is alive has yet to acknowledge what is open. Most likely it is about to: a look at all of them,
 * which costs some milliseconds for a thousand, is better taken once they have.
 */
async function isSomebodyBehind(authority: Authority): Promise<boolean> {
  const { store, clock } = authority
  for (const organizationId of await store.read(SYSTEM, (tx) => organizationsWithOpenEffects(tx))) {
    const isBehind = await store.read({ organizationId }, async (tx) => {
      const oldest = await oldestOpenEffect(tx)
      return oldest !== undefined && (await isLeaseBehind(tx, oldest, clock.now()))
    })
    if (isBehind) return true
  }
  return false
}

/** One look at all that is open. @returns whether something still is */
export async function completeEffects(authority: Authority, signal?: AbortSignal): Promise<boolean> {
  const organizations = await authority.store.read(SYSTEM, (tx) => organizationsWithOpenEffects(tx))
  let isOpen = false
  for (const organizationId of organizations) {
    if (signal?.aborted) return true
    try {
      if (await completeIn(authority, organizationId, signal)) isOpen = true
    } catch (cause) {
      isOpen = true
      authority.logger.error(
        { err: cause, organization: organizationId },
        'the effects of revocations could not be judged',
      )
    }
  }
  return isOpen
}

async function completeIn(
  authority: Authority,
  organizationId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let from: Mark | undefined
  let isOpen = false
  do {
    const batch = await authority.store.read({ organizationId }, (tx) => judgeBatch(authority, tx, from))
    const complete = batch.filter(({ judged }) => judged.effect.state === 'complete')
    if (complete.length < batch.length) isOpen = true
    await keepCounts(authority, organizationId, batch)
    if (complete.length > 0) await writeReceipts(authority, organizationId, complete)
    from = batch.length === BATCH ? batch.at(-1)?.row : undefined
    await yieldToOthers()
  } while (from !== undefined && !signal?.aborted)
  return isOpen
}

interface OpenEffect {
  readonly row: RevocationRow
  readonly covered: Covered | undefined
  readonly judged: Judged
}

async function judgeBatch(
  authority: Authority,
  tx: ReadTx,
  after: Mark | undefined,
): Promise<readonly OpenEffect[]> {
  const rows = await listOpenEffects(tx, BATCH, after)
  const [oldest] = rows
  if (oldest === undefined) return []
  const verifiers = await Verifiers.read(authority, tx, oldest)
  const batch: OpenEffect[] = []
  for (const row of rows) {
    const covered = readCovered(row.covered) ?? (await countCovered(authority, tx, row))
    batch.push({ row, covered, judged: await judgeEffect(authority, tx, row, verifiers, covered) })
  }
  return batch
}

/** What goes on being open is counted once: tokens expire, and the receipt tells of what was live at the entry. */
async function keepCounts(
  authority: Authority,
  organizationId: string,
  batch: readonly OpenEffect[],
): Promise<void> {
  const fresh = batch.filter(
    ({ row, covered, judged }) =>
      row.covered === null && covered !== undefined && judged.effect.state !== 'complete',
  )
  if (fresh.length === 0) return
  await authority.store.write({ organizationId }, async (tx) => {
    for (const { row, covered } of fresh) await keepCovered(tx, row.id, row, JSON.stringify(covered))
  })
}

/** That an effect is complete stays true, so what was read before may be written now, unless somebody else did. */
async function writeReceipts(
  authority: Authority,
  organizationId: string,
  complete: readonly OpenEffect[],
): Promise<void> {
  const signer = await receiptSigner(authority, organizationId)
  const writtenAt = authority.clock.now()
  const receipts = complete.map(({ row, covered, judged }) => {
    const { effect, entry } = judged
    const receipt = composeReceipt({
      publicUrl: authority.publicUrl,
      organizationId,
      writtenAt,
      revocation: readRevocation(row),
      entry,
      covered,
      effect: documentOf(effect),
    })
    return { row, covered, effect, jws: signer.sign(receipt) }
  })
  const written = await authority.store.write({ organizationId }, async (tx) => {
    const taken: { readonly row: RevocationRow; readonly effect: Effect }[] = []
    for (const { row, covered, effect, jws } of receipts) {
      if (!(await closeEffect(tx, row.id, row))) continue
      await insertReceipt(tx, {
        revocation_id: row.id,
        incarnation: row.incarnation,
        seq: row.seq,
        effective_at: effect.effectiveAt ?? row.at,
        written_at: writtenAt,
        nodes: JSON.stringify(countsDocument(effect.nodes)),
        jws,
      })
      if (covered !== undefined) await keepCovered(tx, row.id, row, JSON.stringify(covered))
      taken.push({ row, effect })
    }
    const { position } = await head(tx)
    // What is committed from here on has a place beyond the head.
    await forgetAcknowledgements(tx, (await oldestOpenEffect(tx)) ?? { ...position, seq: position.seq + 1 })
    return taken
  })
  for (const { row, effect } of written)
    tellEffectTaken(authority.store, {
      organizationId,
      revocationId: row.id,
      milliseconds: effect.milliseconds ?? 0,
    })
}
