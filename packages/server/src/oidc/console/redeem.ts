import { createHash, timingSafeEqual } from 'node:crypto'
import { errors } from 'oidc-provider'
import { CONSOLE_CALLBACK, CONSOLE_CLIENT_ID } from '../../directory/console-client.ts'
import type { Stamp } from '../../tokens/stamp.ts'
import type { ReadyIssuer } from '../providers.ts'
import { currentRequest, duringRequest, OidcRequest, type RequestSource } from '../request.ts'

/** Who came back from signing in, and on what that rests. */
export interface Redeemed {
  readonly userId: string
  /** The session at the authorization server, the `sid` of its tokens. */
  readonly sid: string
  readonly stamp: Stamp
}

/**
 * Takes up an authorization code of the console (RFC 6749 section 4.1.3, RFC 7636 section 4.6), as the token endpoint
 * would, but for a session instead of tokens: none exist that could leak. What is derived inherits every subject of
 * the code but its client's family of tokens, which it has none of.
 *
 * @returns undefined for a code that is no good: unknown, expired, used, revoked, another client's, or brought by
 *   somebody who did not ask for it
 */
export function redeemConsoleCode(
  { provider, place, issuer }: ReadyIssuer,
  source: RequestSource,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<Redeemed | undefined> {
  return duringRequest(new OidcRequest(place, source), async () => {
    try {
      const found = await provider.AuthorizationCode.find(code)
      if (found === undefined || !found.isValid || found.clientId !== CONSOLE_CLIENT_ID) return undefined
      if (found.redirectUri !== `${issuer}${CONSOLE_CALLBACK}`) return undefined
      if (!isAnswerTo(found.codeChallenge, verifier)) return undefined
      await found.consume()
      const { accountId: userId, sessionUid: sid } = found
      if (userId === undefined || sid === undefined) return undefined
      const { place: judgedAt, subjects } = currentRequest().stamp({ user: userId, session: sid })
      const { grant, ...own } = subjects
      return { userId, sid, stamp: { place: judgedAt, subjects: { ...own, client: CONSOLE_CLIENT_ID } } }
    } catch (failure) {
      // Of two that bring the same code, one is told so.
      if (failure instanceof errors.InvalidGrant) return undefined
      throw failure
    }
  })
}

function isAnswerTo(challenge: string | undefined, verifier: string): boolean {
  const answer = createHash('sha256').update(verifier).digest()
  const due = Buffer.from(challenge ?? '', 'base64url')
  return due.length === answer.length && timingSafeEqual(due, answer)
}
