import type { IndexEntry, Mark } from '@rescind/core/log'

/** An entry that was committed. The chain of parents is the log as it was then, whatever is restored later. */
export interface Committed {
  /** Unique in the run: after a restore two entries may have the same place. */
  readonly id: number
  readonly mark: Mark
  /** Absent for what voids nothing. */
  readonly entry: IndexEntry | undefined
  readonly digest: string
  readonly parent: Committed | undefined
}

/** A token of ours, as it was issued. */
export interface IssuedToken {
  readonly text: string
  readonly jti: string
  readonly user: string
  readonly client: string
  readonly session: string
  readonly grant: string
  readonly resource: string
  readonly key: string
  readonly position: Mark
  readonly expiresAt: number
}

export type Outcome =
  /** Called good, at a position, by fresh knowledge or for another reason. */
  | { readonly active: true; readonly position: Mark; readonly how: 'fresh' | 'open' | 'introspect' }
  | { readonly active: false; readonly code: string }

/** What happened, in order. The checker sees nothing else. */
export type Event = { readonly at: number } & (
  | { readonly type: 'committed'; readonly entry: Committed }
  /** The authority has told whoever asked for it. */
  | { readonly type: 'acknowledged'; readonly entry: Committed }
  /** The database was restored, and ends here now. */
  | { readonly type: 'restored'; readonly end: Committed | undefined }
  /** A process of a verifier begins; `keeps`: with the disk that an earlier process of the node wrote. */
  | { readonly type: 'started'; readonly node: string; readonly keeps: boolean }
  /** A node was handed what these APIs' clusters may see of the chain after one place up to another. */
  | {
      readonly type: 'delivered'
      readonly node: string
      readonly after: number
      readonly end: Committed
      readonly resources: readonly string[]
    }
  /** A node says how far it has applied the log. */
  | { readonly type: 'applied'; readonly node: string; readonly position: Mark }
  | {
      readonly type: 'verdict'
      readonly node: string
      readonly token: IssuedToken
      readonly outcome: Outcome
      readonly maxStaleness: number
      /** All faults have ended long ago: nothing excuses a refusal any more. */
      readonly settled: boolean
    }
)

export class History {
  readonly events: Event[] = []
}
