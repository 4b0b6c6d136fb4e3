import { DIGEST_REALM } from '../../../directory/digest-keys.ts'
import { prettyJson } from '../json-text.ts'
import type { WireAnswer } from '../send.ts'

/** Whoever has not proved a key is asked to. */
export class Challenge extends Error {
  override readonly name = 'Challenge'
  readonly nonce: string
  /** The proof was good and its nonce is not: the client may try again without asking anybody. */
  readonly stale: boolean

  constructor(nonce: string, stale: boolean) {
    super('digest authentication is asked for')
    this.nonce = nonce
    this.stale = stale
  }
}

/** As recorded, also the only body of Atlas's that is always pretty, and not in alphabetical order. */
const BODY = prettyJson({
  error: 401,
  reason: 'Unauthorized',
  detail: 'You are not authorized for this resource.',
  errorCode: 'UNEXPECTED_ERROR',
})

/**
 * The challenge byte for byte and in the order in which it was recorded. Clients read the first one, of which they
 * understand exactly these parameters; whoever reads on may use SHA-256 (RFC 7616 section 3.7).
 */
export function challengeAnswer({ nonce, stale }: Challenge): WireAnswer {
  const challenge = (algorithm: string) =>
    `Digest realm="${DIGEST_REALM}", domain="", nonce="${nonce}", algorithm=${algorithm}, qop="auth", stale=${stale}`
  return {
    status: 401,
    headers: [
      ['Content-Length', String(Buffer.byteLength(BODY))],
      ['WWW-Authenticate', challenge('MD5')],
      ['WWW-Authenticate', challenge('SHA-256')],
      ['Content-Type', 'application/json'],
      ['Vary', 'Accept-Encoding'],
    ],
    body: BODY,
  }
}
