import { type Client, errors } from 'oidc-provider'
import { currentRequest } from './request.ts'

/** Seconds. An assertion that would be good for longer is refused, so that remembering used ones is bounded. */
const LONGEST_ASSERTION = 3_600

/**
 * What we ask of a client's assertion beyond the library (RFC 7523 section 3): a `kid` that names one of the
 * client's ACTIVE keys, and a short life. Which key it was becomes a subject of every token that follows.
 *
 * @throws InvalidClientAuth
 */
export function judgeClientAssertion(
  payload: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
  client: Client,
  now: number,
): void {
  const { exp, iat } = payload
  const from = typeof iat === 'number' ? Math.max(iat, Math.floor(now / 1000)) : Math.floor(now / 1000)
  if (typeof exp !== 'number' || exp - from > LONGEST_ASSERTION)
    throw new errors.InvalidClientAuth('the client_assertion must expire within an hour')
  if (client.tokenEndpointAuthMethod !== 'private_key_jwt') return
  const request = currentRequest()
  const signing = request.client?.keys.filter(({ use }) => use !== 'enc') ?? []
  const key = signing.find(({ kid }) => kid === (header.kid ?? null))
  // The library has verified the signature with one of these keys; a set of one may do without a name.
  const used = key ?? (header.kid === undefined && signing.length === 1 ? signing[0] : undefined)
  if (used === undefined) throw new errors.InvalidClientAuth('The client_assertion JWT kid is invalid.')
  request.relyOn({ assertionKey: used.thumbprint })
}
