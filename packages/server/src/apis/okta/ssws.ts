import type { Authority } from '../../authority/index.ts'
import { authenticateApiToken } from '../../directory/api-tokens.ts'
import type { OktaAuthenticator } from './authentication.ts'

/** `Authorization: SSWS <api token>`. */
export function sswsAuthenticator(authority: Authority): OktaAuthenticator {
  return { scheme: 'SSWS', authenticate: (presented) => authenticateApiToken(authority, presented) }
}
