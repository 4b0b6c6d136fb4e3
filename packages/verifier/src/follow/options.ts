import type { SnapshotStore } from '../platform/platform.ts'
import type { DecryptionJwk } from '../token/encrypted.ts'

/** What a verifier does past its staleness. In order of strictness: `closed`, `introspect`, `open`. */
export const WHEN_STALE = ['closed', 'introspect', 'open'] as const
export type WhenStale = (typeof WHEN_STALE)[number]

/** Two clocks: one that people set, one that only goes forward. Milliseconds. */
export interface Clock {
  now(): number
  monotonic(): number
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

/** What happens beside the verifying of tokens. For logs and metrics; a listener that throws is not heard again. */
export type VerifierEvent =
  /** A lease was granted; `staleness` is what it starts from. */
  | { readonly type: 'lease'; readonly position: string; readonly staleness: number }
  /** A range of the log, or a snapshot, was applied. */
  | { readonly type: 'applied'; readonly position: string; readonly entries: number }
  /** The connection was lost or refused; it is tried again after `retryIn` milliseconds. */
  | { readonly type: 'disconnected'; readonly cause: string; readonly retryIn: number }
  /** The authority lacks what this verifier knows: it was restored, and must be recovered. Nothing is rolled back. */
  | { readonly type: 'diverged'; readonly position: string }
  /** The authority was recovered: everything of before is void. `returned` revoked keys had been lost there. */
  | { readonly type: 'recovered'; readonly position: string; readonly returned: number }
  /** The snapshot could not be written or read. The verifier goes on without it. */
  | { readonly type: 'snapshot_failed'; readonly cause: string }
  /** A token was accepted past the staleness, because the cluster is `open` or the authority said so by itself. */
  | { readonly type: 'accepted_stale'; readonly how: 'open' | 'introspect' }
  /** A token named a position that did not arrive in time. */
  | { readonly type: 'position_ahead' }

export interface VerifierOptions {
  /** The address of the authority, e.g. `https://id.example.com`. */
  readonly authority: string
  /** A credential of the cluster. */
  readonly credential: string
  /** The API's identifier: what tokens must be for. One of several is enough. */
  readonly audience: string | readonly string[]
  /** Milliseconds; may only shorten the cluster's. */
  readonly maxStaleness?: number
  /** May only be stricter than the cluster's. */
  readonly whenStale?: WhenStale
  /** Private keys of the API, to open encrypted tokens. Without them an encrypted token is malformed. */
  readonly decryptionKeys?: readonly DecryptionJwk[]
  /** For `introspect`: the client by which the authority is asked. Without it, `introspect` refuses as `closed` does. */
  readonly introspection?: { readonly clientId: string; readonly clientSecret: string }
  /** The longest token that is looked at, in characters. Default 8192. */
  readonly maxTokenLength?: number
  /** Seconds that an issuer's clock may be ahead. Default 5, at most 60. */
  readonly clockTolerance?: number
  /** How many tokens are remembered whose signature was good. Default 10,000; their standing is asked every time. */
  readonly cacheSize?: number
  /** Bytes that the index may take. Default 1 GiB; beyond it the verifier is stale. */
  readonly memoryLimit?: number
  /** How long a token may wait for the position that it names, in milliseconds. Default 1000. */
  readonly positionWait?: number
  /** How long `createVerifier` waits for the first lease, in milliseconds. Default 2000. */
  readonly startTimeout?: number
  /** A name for this process, shown among the cluster's nodes. */
  readonly name?: string
  readonly clock?: Clock
  readonly onEvent?: (event: VerifierEvent) => void
}

export interface FollowerOptions extends VerifierOptions {
  readonly store: SnapshotStore | undefined
}
