import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors } from 'jose'
import type { Authority } from '../../authority/index.ts'
import type { OidcProvider } from '../identity-provider.ts'
import { findKeyState, trustedKeys } from '../provider-keys/key-state.ts'
import { lookForKey } from '../provider-keys/refresh.ts'

/** What may sign an ID token: never `none`, and never a secret that two sides share. */
export const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/**
 * Whether an ID token is signed by a key that the authority trusts at this moment, and not void by a revocation of the
 * provider's keys. The keys are those that every verifier has, so a key that is blocked, gone or not trusted signs
 * nobody in; one that nobody knows yet is looked for once.
 */
export async function isSignedByTrusted(
  authority: Authority,
  { federationId, issuerUri: issuer }: OidcProvider,
  token: string,
): Promise<boolean> {
  const { kid } = decodeProtectedHeader(token)
  const { iat } = decodeJwt(token)
  if (iat === undefined) return false
  const isGood = async () => {
    const state = await authority.store.read({ federationId }, (tx) => findKeyState(tx, issuer))
    if (state === undefined || iat * 1000 <= (state.set.not_after ?? 0)) return false
    const keys = trustedKeys(state).map(({ jwk, kid: name }) => ({
      ...jwk,
      ...(name !== undefined && { kid: name }),
    }))
    try {
      await compactVerify(token, createLocalJWKSet({ keys }), { algorithms: ID_TOKEN_ALGORITHMS })
      return true
    } catch (failure) {
      if (failure instanceof errors.JOSEError) return false
      throw failure
    }
  }
  if (await isGood()) return true
  if (kid === undefined) return false
  const found = await lookForKey(authority, federationId, issuer, kid)
  return found === 'changed' && (await isGood())
}
