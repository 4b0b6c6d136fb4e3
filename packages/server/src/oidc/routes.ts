import type { IssuerContext } from './adapter/issuer-context.ts'

/**
 * Where the library's endpoints are below an issuer. A custom authorization server's issuer ends in its id, so
 * they are `v1/…`; an organization's own is the bare origin, and they are `oauth2/v1/…`.
 */
export function routesOf({ issuerId, organizationId }: Pick<IssuerContext, 'issuerId' | 'organizationId'>) {
  const base = issuerId === organizationId ? '/oauth2/v1' : '/v1'
  return {
    authorization: `${base}/authorize`,
    token: `${base}/token`,
    jwks: `${base}/keys`,
    end_session: `${base}/logout`,
    code_verification: `${base}/device`,
    device_authorization: `${base}/device/authorize`,
    pushed_authorization_request: `${base}/par`,
  }
}
