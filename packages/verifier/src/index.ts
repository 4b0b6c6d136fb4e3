import type { VerifierOptions } from './follow/options.ts'
import { nodePlatform } from './platform/node.ts'
import { snapshotFile } from './platform/snapshot-file.ts'
import { Verifier } from './verifier.ts'

export { VERIFIER_ERROR_CODES, VerifierError, type VerifierErrorCode } from './errors.ts'
export type { Clock, VerifierEvent, VerifierOptions, WhenStale } from './follow/options.ts'
export type { Claims, Identity } from './token/claims.ts'
export type { DecryptionJwk } from './token/encrypted.ts'
export type { Verified, Verifier } from './verifier.ts'

export interface NodeVerifierOptions extends VerifierOptions {
  /** A file that keeps what is known over restarts: less to load, and a guard against rollback. Never fresh by itself. */
  readonly snapshotFile?: string
}

/**
 * Follows the log of an authority and verifies tokens by it. Resolves with the first lease, or, where the authority
 * cannot be reached, after a short time: stale until it can.
 *
 * @throws TypeError for options that cannot be meant
 */
export function createVerifier({ snapshotFile: file, ...options }: NodeVerifierOptions): Promise<Verifier> {
  return Verifier.open(options, nodePlatform, file === undefined ? undefined : snapshotFile(file))
}
