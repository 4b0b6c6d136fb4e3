import type { VerifierOptions } from './follow/options.ts'
import { edgePlatform } from './platform/edge.ts'
import type { SnapshotStore } from './platform/platform.ts'
import { Verifier } from './verifier.ts'

export { VERIFIER_ERROR_CODES, VerifierError, type VerifierErrorCode } from './errors.ts'
export type { Clock, VerifierEvent, VerifierOptions, WhenStale } from './follow/options.ts'
export type { SnapshotStore } from './platform/platform.ts'
export type { Claims } from './token/claims.ts'
export type { DecryptionJwk } from './token/encrypted.ts'
export type { Verified, Verifier } from './verifier.ts'

export interface EdgeVerifierOptions extends VerifierOptions {
  /** Keeps what is known over restarts, wherever the platform keeps things. */
  readonly snapshotStore?: SnapshotStore
}

/** `createVerifier` for platforms with WebCrypto and without Node's modules. */
export function createVerifier({ snapshotStore, ...options }: EdgeVerifierOptions): Promise<Verifier> {
  return Verifier.open(options, edgePlatform, snapshotStore)
}
