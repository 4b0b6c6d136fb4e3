import { hash } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { insertOidcRecordOnce } from '../store/queries/oidc-records.ts'
import { handleOf } from './handle.ts'
import type { Place } from './stamp.ts'

/** Milliseconds for which an id is remembered: longer than any assertion or proof is accepted. */
const REMEMBERED = 24 * 3_600_000

/** Where the used ids of one issuer are kept. */
export interface ReplayScope {
  readonly authority: Pick<Authority, 'store' | 'clock'>
  readonly organizationId: string
  readonly issuerId: string
  readonly place: Place
}

/**
 * Takes an id that may be used once: of an assertion (RFC 7523 section 3) or a DPoP proof (RFC 9449 section 11.1).
 * The insert itself is the look, so of two that race the database lets one pass; where it cannot decide, this fails.
 *
 * @returns false where it was used before
 */
export async function useOnce(
  { authority, organizationId, issuerId, place }: ReplayScope,
  id: string,
): Promise<boolean> {
  const now = authority.clock.now()
  return authority.store.write({ organizationId }, (tx) =>
    insertOidcRecordOnce(tx, {
      issuer_id: issuerId,
      model: 'ReplayDetection',
      handle: handleOf(id),
      user_code: null,
      uid: null,
      user_id: null,
      client_id: null,
      session_id: null,
      grant_id: null,
      assertion_key: null,
      identity_provider: null,
      incarnation: place.incarnation,
      seq: place.seq,
      payload: '{}',
      created_at: now,
      expires_at: now + REMEMBERED,
    }),
  )
}

/** What a client's `jti` is remembered by, here and by the OpenID library: one memory for all endpoints. */
export function replayIdOf(clientId: string, jti: string): string {
  return hash('sha256', `${clientId}${jti}`, 'base64url')
}
