import type { Issuers } from '../../tokens/issuers.ts'
import { accessTokenActor } from '../access-token.ts'
import type { OktaAuthenticator } from './authentication.ts'

/** `Authorization: Bearer <access token>` (RFC 6750) and `DPoP <access token>` (RFC 9449). */
export function accessTokenAuthenticators(issuers: Issuers): readonly OktaAuthenticator[] {
  return (['Bearer', 'DPoP'] as const).map((scheme) => ({
    scheme,
    authenticate: (presented, request) => accessTokenActor(issuers, scheme, presented, request),
  }))
}
