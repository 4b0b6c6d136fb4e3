import { compactVerify, createLocalJWKSet, decodeJwt, type JSONWebKeySet } from 'jose'
import type { Client, Provider } from 'oidc-provider'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { publishedKeysOf } from '../keys/issuer-keys.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'

const KeySet = Compile(Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() })) }))

/**
 * Verifies ID tokens that come back as hints with every key that the issuer publishes. The library knows the ACTIVE
 * key alone, and would refuse each of them after a rotation. That one has expired is no matter (OpenID Connect
 * RP-Initiated Logout section 4); one that a revoked key signed is no hint.
 */
export function acceptHintsOfPublishedKeys(provider: Provider, context: IssuerContext): void {
  const { authority, issuerId, issuer } = context
  const validate = async (hint: string, { clientId }: Pick<Client, 'clientId'>) => {
    const { body } = await publishedKeysOf(authority, issuerId)
    const published: JSONWebKeySet = KeySet.Parse(JSON.parse(body.toString()))
    const { protectedHeader } = await compactVerify(hint, createLocalJWKSet(published))
    const payload = decodeJwt(hint)
    const isOurs = payload.iss === issuer && payload.aud === clientId && typeof payload.sub === 'string'
    // An access token has the same issuer and key, and is no ID token (RFC 9068 section 5).
    if (!isOurs || protectedHeader.typ === 'at+jwt') throw new TypeError('no ID token for this client')
    return { header: protectedHeader, payload }
  }
  Object.defineProperty(provider.IdToken, 'validate', { value: validate })
}
