import type { KeyObject } from 'node:crypto'
import type { Position } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import type { KnownIssuer } from '../directory/issuer.ts'
import type { PublishedDocument } from './published-document.ts'
import type { StoredSigningRing } from './signing-ring.ts'

/** What this node knows of an issuer: its ring and what was prepared from it, as of one position of the log. */
export interface RememberedIssuer {
  readonly issuer: KnownIssuer
  readonly ring: StoredSigningRing
  /** The head of the organization's log in the snapshot from which the ring was read. */
  readonly position: Position
  readonly document: PublishedDocument
  /** Opened when first asked for. */
  privateKey: Promise<KeyObject> | undefined
  /** On the monotonic clock, when the ring was last known to be the newest. Milliseconds. */
  checkedAt: number
}

/** What one node remembers of the rings over one store. */
export interface IssuerMemory {
  readonly issuers: Map<string, RememberedIssuer>
  /** Readings under way; one serves all who wait. */
  readonly reading: Map<string, Promise<RememberedIssuer>>
}

/** Issuers remembered at once; the least recently read goes first. */
export const MAX_ISSUERS = 10_000

const memories = new WeakMap<Authority['store'], IssuerMemory>()

export function memoryOf({ store }: Pick<Authority, 'store'>): IssuerMemory {
  const known = memories.get(store)
  if (known !== undefined) return known
  const memory: IssuerMemory = { issuers: new Map(), reading: new Map() }
  memories.set(store, memory)
  return memory
}

/**
 * Drops what this node remembers of an issuer, after a change of its own committed or when the log tells of one.
 * A reading that was under way may be older, so it is not kept either.
 */
export function forgetIssuer(authority: Pick<Authority, 'store'>, issuerId: string): void {
  const memory = memoryOf(authority)
  memory.issuers.delete(issuerId)
  memory.reading.delete(issuerId)
}
