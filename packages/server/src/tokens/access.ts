import { DomainError } from '../errors/index.ts'
import { judgeProof } from './dpop.ts'
import type { KnownIssuer } from './issuers.ts'
import { type ActiveToken, verifyToken } from './verify.ts'

/** An access token as a request to a protected resource presents it. */
export interface PresentedAccess {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
  /** The `DPoP` header. */
  readonly proof: string | undefined
  readonly method: string
  /** The address of the resource, without query and fragment. */
  readonly url: string
}

/**
 * Accepts an access token at a protected resource of ours. A token that is bound to a key (RFC 9449) comes under
 * the scheme `DPoP` with a fresh proof of that key; any other comes as `Bearer` (RFC 6750). Neither may pass for
 * the other.
 *
 * @throws DomainError `access_token_invalid`, `dpop_proof_invalid`, `store_unavailable`
 */
export async function acceptAccessToken(
  issuer: KnownIssuer,
  presented: PresentedAccess,
): Promise<ActiveToken> {
  const active = await verifyToken(issuer, presented.token)
  if (active?.row.kind !== 'access') throw new DomainError('access_token_invalid')
  const { jkt, row } = active
  if ((jkt !== undefined) !== (presented.scheme === 'DPoP')) throw new DomainError('access_token_invalid')
  if (jkt === undefined) return active
  const { proof, method, url, token } = presented
  if (proof === undefined) throw new DomainError('dpop_proof_invalid')
  const scope = { ...issuer, place: issuer.index.position }
  const proved = await judgeProof(scope, {
    proof,
    method,
    url,
    accessToken: token,
    clientId: row.client_id,
  })
  if (proved !== jkt) throw new DomainError('dpop_proof_invalid')
  return active
}
