import { compareMarks, type Mark } from '@rescind/core/log'
import type { WhenStale } from '../../federation/cluster.ts'

/** An entry whose effect is asked for: its place, and when it was written. Times are milliseconds since the epoch. */
export interface EntryFacts extends Mark {
  readonly at: number
}

/** A lease as the authority recorded it before it was granted. */
export interface LeaseFacts extends Mark {
  /** When the authority received the acknowledgement of this place. */
  readonly acknowledgedAt: number
  readonly maxStaleness: number
  readonly whenStale: WhenStale
}

export interface NodeFacts {
  readonly id: string
  readonly name: string
  readonly lease: LeaseFacts
  /** When the authority first received an acknowledgement of the entry or a later one, where that was kept. */
  readonly acknowledgedAt?: number
}

/**
 * What an entry has come to on one node. Nothing here says that a node is dead: a lease that has ended says that it
 * refuses or asks, whatever else has become of it.
 */
export type NodeEffect =
  /** It has applied the entry. `milliseconds` from when the entry was written until the authority heard so. */
  | { readonly state: 'acknowledged'; readonly at: number; readonly milliseconds: number }
  /** Its lease runs, and it has yet to say that it applied the entry; `late` after a second. */
  | { readonly state: 'waiting' | 'late'; readonly leaseEndsAt: number }
  /** By its contract it has refused since then (`closed`), or asked the authority (`introspect`). */
  | { readonly state: 'lease_ended'; readonly at: number }
  /** It may go on accepting (`open`), until it acknowledges or the tokens have expired. */
  | { readonly state: 'exposed'; readonly since: number; readonly until: number | null }
  /** It never acknowledged, and everything that it might have accepted has expired. */
  | { readonly state: 'expired'; readonly at: number }

/** A node that has had the entry for so long without saying so is late. */
const LATE = 1_000

/**
 * What a lease may run over its length: clocks of a node and of the authority that go at different speeds (one in a
 * hundred, twenty times what a disciplined clock strays), and clocks of authority nodes that are not quite the same.
 */
export function driftMargin(maxStaleness: number): number {
  return 250 + Math.ceil(maxStaleness / 100)
}

/** From when on a lease has certainly ended: the node counts from before the authority heard of it, so not later. */
export function leaseEnd({
  acknowledgedAt,
  maxStaleness,
}: Pick<LeaseFacts, 'acknowledgedAt' | 'maxStaleness'>): number {
  return acknowledgedAt + maxStaleness + driftMargin(maxStaleness)
}

/**
 * The rule: what an entry has come to on a node.
 *
 * @param tokensUntil when the last token that the entry voids expires; `undefined` where that is not known, and for
 *   what has no end
 */
export function effectOnNode(
  entry: EntryFacts,
  node: NodeFacts,
  now: number,
  tokensUntil: number | undefined,
): NodeEffect {
  const { lease } = node
  const at = node.acknowledgedAt ?? (compareMarks(lease, entry) >= 0 ? lease.acknowledgedAt : undefined)
  if (at !== undefined) return { state: 'acknowledged', at, milliseconds: Math.max(0, at - entry.at) }
  const leaseEndsAt = leaseEnd(lease)
  if (now < leaseEndsAt) return { state: now - entry.at < LATE ? 'waiting' : 'late', leaseEndsAt }
  if (lease.whenStale !== 'open') return { state: 'lease_ended', at: leaseEndsAt }
  if (tokensUntil !== undefined && now >= tokensUntil) return { state: 'expired', at: tokensUntil }
  return { state: 'exposed', since: entry.at, until: tokensUntil ?? null }
}

/** When the entry was in force on a node, or `undefined` while it may not be. Never before the entry was written. */
export function inForceAt(entry: EntryFacts, effect: NodeEffect): number | undefined {
  switch (effect.state) {
    case 'acknowledged':
    case 'lease_ended':
    case 'expired':
      return Math.max(entry.at, effect.at)
    case 'waiting':
    case 'late':
    case 'exposed':
      return undefined
  }
}
