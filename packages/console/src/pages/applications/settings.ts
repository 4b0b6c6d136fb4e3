/** What an application is, in people's words. */
export const TYPES: ReadonlyMap<string, string> = new Map([
  ['web', 'Web'],
  ['browser', 'Browser'],
  ['native', 'Native'],
  ['service', 'Service'],
])

/** How a client proves at the token endpoint that it is itself. */
export const METHODS = [
  ['client_secret_basic', 'Secret, in the header'],
  ['client_secret_post', 'Secret, in the body'],
  ['client_secret_jwt', 'Secret, as a signature'],
  ['private_key_jwt', 'Its own key (private_key_jwt)'],
  ['none', 'Nothing: a public client'],
] as const

/** The grants that are asked for by most. Others stay as they are. */
export const GRANTS = [
  ['authorization_code', 'Authorization code'],
  ['refresh_token', 'Refresh token'],
  ['client_credentials', 'Client credentials'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'Device code'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'Token exchange'],
] as const

/** The usual settings of a new application of each type. */
export function usualSettings(
  type: string,
  redirectUris: readonly string[],
): Readonly<Record<string, unknown>> {
  if (type === 'service')
    return {
      application_type: type,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    }
  return {
    application_type: type,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: redirectUris,
    token_endpoint_auth_method: type === 'web' ? 'client_secret_basic' : 'none',
  }
}

/** One address a line. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
