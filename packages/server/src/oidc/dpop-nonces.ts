import { hkdfSync } from 'node:crypto'

/**
 * The key behind the nonces that DPoP proofs at the token endpoint must carry (RFC 9449 section 8): of the same
 * secret on every node, so that any of them knows the nonces of all. Okta's clients prove possession only after
 * they have been given one.
 */
export function nonceSecretOf(cookieKeys: readonly string[]): Buffer {
  return Buffer.from(hkdfSync('sha256', cookieKeys.join(' '), '', 'rescind dpop nonces', 32))
}
