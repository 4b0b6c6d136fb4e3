import type { Authority } from '../../authority/index.ts'
import type { ClientJwks } from '../../keys/client-jwks/client-jwks.ts'
import type { Judge } from '../../tokens/judge.ts'
import type { Attempts } from '../pages/attempts.ts'

/** The authorization server that an instance of the OpenID library serves. */
export interface IssuerContext {
  readonly authority: Authority
  readonly organizationId: string
  /** The authorization server's id. */
  readonly issuerId: string
  /** Its `iss`. */
  readonly issuer: string
  readonly judge: Judge
  /** The limits on guessing passwords and user codes. */
  readonly attempts: Attempts
  /** What clients publish at their `jwks_uri`. */
  readonly clientJwks: ClientJwks
}
