import { type ClientMetadata, completeClientMetadata } from './client-metadata.ts'

/** The client that the console is to the organization's own authorization server. No application may have it. */
export const CONSOLE_CLIENT_ID = 'rescind-console'

/** Where the console comes back to from signing in, below an organization's own issuer. */
export const CONSOLE_CALLBACK = '/console/callback'

/**
 * The console as a client: built in, so that nobody can take it away, change where it sends people, or sign in as it
 * after an upgrade that forgot it. It has to authenticate by a key and has none: its codes are worth nothing at the
 * token endpoint, and no token is ever issued to it. The server itself takes them up (`oidc/console/redeem.ts`).
 *
 * @param issuer the organization's own
 */
export function consoleMetadata(issuer: string): ClientMetadata {
  return completeClientMetadata({
    grant_types: ['authorization_code'],
    redirect_uris: [`${issuer}${CONSOLE_CALLBACK}`],
    token_endpoint_auth_method: 'private_key_jwt',
    consent_method: 'TRUSTED',
    pkce_required: true,
  })
}
