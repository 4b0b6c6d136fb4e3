import { hash } from 'node:crypto'
import type { Actor, Authority } from '../../authority/index.ts'
import { onAcknowledged } from '../../federation/delivery/acknowledgement-news.ts'
import { Bell, pause } from './bell.ts'
import { effectById, type RevocationInEffect } from './effects.ts'
import { onEffectTaken } from './news.ts'

/** Milliseconds: what another authority node hears of, and the passing of time, are seen by looking again. */
const INTERVAL = 250
/** At the most so often, however fast acknowledgements come in. */
const SHORTEST = 25

/** What has changed: the same `version` for the same state, on every authority node. */
export interface Progress extends RevocationInEffect {
  readonly version: string
}

/**
 * The effect of a revocation at once and after each change, until its receipt is written or `signal` ends it. Where
 * the revocation is repeated meanwhile it goes on with the newest entry. One look is made at a time, and none before
 * the last was taken: whoever reads slowly sees fewer.
 *
 * @param known the version that the caller has: the first that is told is another
 * @throws DomainError `not_found`, `store_unavailable`
 */
export async function* followEffect(
  authority: Authority,
  actor: Actor,
  id: string,
  signal: AbortSignal,
  known?: string,
): AsyncGenerator<Progress, void> {
  let version = known
  const bell = new Bell()
  const ring = (organization: string) => organization === actor.organizationId && bell.ring()
  const endings = [
    onAcknowledged(authority.store, ring),
    onEffectTaken(authority.store, (taken) => ring(taken.organizationId)),
  ]
  try {
    while (!signal.aborted) {
      const found = await effectById(authority, actor, id)
      const now = versionOf(found)
      // Whoever comes back to what is complete is told so once more, and that it ends.
      if (now !== version || found.hasReceipt) yield { ...found, version: now }
      if (found.hasReceipt) return
      version = now
      await pause(SHORTEST, signal)
      await bell.wait(INTERVAL, signal)
    }
  } finally {
    for (const end of endings) end()
  }
}

function versionOf({ revocation, effect, hasReceipt }: RevocationInEffect): string {
  const { incarnation, seq } = revocation
  return hash('sha256', JSON.stringify([incarnation, seq, effect, hasReceipt])).slice(0, 24)
}
