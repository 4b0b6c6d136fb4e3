import type { IssuerContext } from './adapter/issuer-context.ts'

type Whose = Pick<IssuerContext, 'issuerId' | 'organizationId'>

/**
 * Where the library's endpoints are below an issuer. A custom authorization server's issuer ends in its id, so
 * they are `v1/…`; an organization's own is the bare origin, and they are `oauth2/v1/…`.
 */
export function routesOf(issuer: Whose) {
  const base = baseOf(issuer)
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

/** Where the pages are that the library sends people to. */
export function interactionRoute(issuer: Whose): string {
  return `${baseOf(issuer)}/interaction`
}

function baseOf({ issuerId, organizationId }: Whose): string {
  return issuerId === organizationId ? '/oauth2/v1' : '/v1'
}
