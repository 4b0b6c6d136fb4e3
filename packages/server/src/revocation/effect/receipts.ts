import { formatPosition } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { findReceipt } from '../../store/queries/revocation-effects.ts'
import { Verifiers } from './concerned.ts'
import { readCovered } from './covered-tokens.ts'
import type { Effect } from './effect.ts'
import { judgeEffect, requireRevocation } from './effects.ts'
import { type Receipt, readReceipt } from './receipt.ts'

/** Nodes that a refusal names. */
const MOST_NAMED = 5

/**
 * The receipt of a revocation's newest entry.
 *
 * @returns what it says, and the compact JWS that says so
 * @throws DomainError `not_found`, `receipt_not_ready` while the entry has not taken effect: it says what is waited for
 */
export function receiptOf(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<{ readonly receipt: Receipt; readonly jws: string }> {
  const { organizationId: log } = actor
  return authority.store.read({ organizationId: log }, async (tx) => {
    const row = await requireRevocation(tx, id)
    const found = row.effect_open === 0 ? await findReceipt(tx, id, row) : undefined
    if (found !== undefined) return { receipt: readReceipt(found.jws), jws: found.jws }
    const verifiers = await Verifiers.read(authority, tx, row)
    const { effect } = await judgeEffect(authority, tx, row, verifiers, readCovered(row.covered))
    const { incarnation, seq } = row
    throw new DomainError('receipt_not_ready', {
      position: formatPosition({ log, incarnation, seq }),
      ...waitedFor(effect),
    })
  })
}

function waitedFor({ state, nodes, clusters }: Effect): Record<string, string | number> {
  const open = clusters.flatMap(({ cluster, nodes: all }) =>
    all
      .filter(({ effect }) => ['waiting', 'late', 'exposed'].includes(effect.state))
      .map(({ node, effect }) => `${cluster.name}/${node.name || node.id} (${effect.state})`),
  )
  const { total, acknowledged, waiting, late, exposed } = nodes
  const named = open.slice(0, MOST_NAMED).join(', ')
  const more = open.length - MOST_NAMED
  return {
    state,
    total,
    acknowledged,
    waiting: waiting + late,
    exposed,
    // Everybody has it, and the receipt is being written.
    for: named === '' ? 'nothing but its writing' : more > 0 ? `${named} and ${more} more` : named,
  }
}
