import type { JWK } from 'oidc-provider'
import type { ActiveSigningKey } from '../keys/issuer-keys.ts'

/**
 * The key set that the library signs with: the ACTIVE key alone, so that nothing else can be chosen. What is
 * published is another matter (`apis/oauth`), and so is verifying: our own tokens are judged by the ledger.
 */
export function signingJwks({ privateKey, kid, alg }: ActiveSigningKey): { keys: JWK[] } {
  const { kty, n, e, d, p, q, dp, dq, qi, crv, x, y } = privateKey.export({ format: 'jwk' })
  const members = Object.entries({ kty, n, e, d, p, q, dp, dq, qi, crv, x, y })
  const given = Object.fromEntries(members.filter(([, value]) => value !== undefined))
  return { keys: [{ ...given, kid, alg, use: 'sig' }] }
}
