import { randomUUID } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { holdToCap } from './cap.ts'
import type { Artefact, Judge } from './judge.ts'
import { writeToken } from './ledger-writer.ts'
import type { Stamp } from './stamp.ts'

/** A token that is about to exist. */
export interface NewToken {
  readonly kind: 'access' | 'refresh'
  readonly format: 'jwt' | 'encrypted' | 'opaque'
  /** Base64url SHA-256 of what its holder will present, where that is not the token itself. */
  readonly handle?: string
  readonly issuerId: string
  /** The `iss` of its issuer. */
  readonly issuer: string
  readonly scopes: string
  /** Thumbprint of the key that signs it. */
  readonly signingKey?: string
  /** Handle of the code that it was exchanged for. */
  readonly origin?: string
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly ip: string | null
  readonly userAgent: string | null
  /** JSON: what the OpenID library keeps with it. */
  readonly details: string
  readonly stamp: Stamp
}

/** An id that names a token in the log and the ledger; not a secret, so it is never what its holder presents. */
export function newTokenId(): string {
  return randomUUID()
}

/**
 * Writes the ledger's row of a token before anybody can hold it, and judges the token at the newest knowledge.
 *
 * @throws DomainError `log_halted`
 * @returns false where the token was born void: something that covers it was revoked since its place was captured
 */
export async function recordToken(
  authority: Authority,
  organizationId: string,
  judge: Judge,
  id: string,
  token: NewToken,
): Promise<boolean> {
  const { subjects, place } = token.stamp
  const client = subjects.client
  if (client === undefined) throw new TypeError('a token is always issued to a client')
  judge.mayIssue()
  await writeToken(authority.store, organizationId, {
    id,
    kind: token.kind,
    format: token.format,
    handle: token.handle ?? null,
    issuer_id: token.issuerId,
    client_id: client,
    user_id: subjects.user ?? null,
    api: subjects.resource ?? null,
    scopes: token.scopes,
    grant_id: subjects.grant ?? null,
    origin: token.origin ?? null,
    session_id: subjects.session ?? null,
    signing_key: token.signingKey ?? null,
    assertion_key: subjects.assertionKey ?? null,
    identity_provider: subjects.identityProvider ?? null,
    incarnation: place.incarnation,
    seq: place.seq,
    issued_at: token.issuedAt,
    expires_at: token.expiresAt,
    ip: token.ip,
    user_agent: token.userAgent,
    details: token.details,
  })
  await holdToCap(authority, organizationId, judge, token.stamp)
  return judge.isGood(artefactOf(id, token))
}

/** A new token as standing sees it. */
export function artefactOf(id: string, token: NewToken): Artefact {
  return {
    class: token.kind,
    id,
    issuer: token.issuer,
    stamp: token.stamp,
    ...(token.signingKey === undefined ? {} : { signingKey: token.signingKey }),
  }
}
