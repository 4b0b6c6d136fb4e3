import { DomainError } from '../errors/index.ts'
import type { ClientMetadata } from './client-metadata.ts'
import { httpUrlFault, type RedirectFault, redirectFault } from './redirect-uris.ts'

type GrantType = ClientMetadata['grant_types'][number]

/** Grants by which a user comes to the client through a redirect. */
const REDIRECT_GRANTS: readonly GrantType[] = ['authorization_code', 'implicit']

/** Grants that a kind of application must not have: what has no user acts for none, what cannot keep a secret is not trusted with one. */
const FORBIDDEN_GRANTS: Readonly<Record<ClientMetadata['application_type'], readonly GrantType[]>> = {
  web: [],
  native: ['client_credentials'],
  browser: ['client_credentials', 'password'],
  service: [
    'authorization_code',
    'implicit',
    'interaction_code',
    'password',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
}

const REDIRECT_FAULTS: Readonly<Record<RedirectFault, string>> = {
  not_absolute: 'must be an absolute URI',
  fragment: 'must not have a fragment',
  userinfo: 'must not carry a user name or password',
  wildcard: 'must not have a wildcard: redirect URIs are compared exactly',
  scheme: 'has a scheme that must not be redirected to',
  not_https: 'must use https; http is for loopback addresses, other schemes for native applications',
}

/**
 * Judges a client's settings as a whole, in this order.
 *
 * @throws DomainError invalid_redirect_uri or invalid_client_metadata (RFC 7591 section 3.2.2), naming the member
 */
export function checkClientMetadata(metadata: ClientMetadata): void {
  checkGrants(metadata)
  checkAuthentication(metadata)
  checkRedirectUris(metadata)
  checkAddresses(metadata)
}

function checkGrants({
  application_type: type,
  grant_types: grants,
  response_types: responses,
}: ClientMetadata): void {
  for (const grant of FORBIDDEN_GRANTS[type])
    if (grants.includes(grant)) throw fault('grant_types', `'${grant}' is not for a ${type} application`)
  if (grants.includes('authorization_code') && !responses.includes('code'))
    throw fault('response_types', "'code' is needed by the grant type 'authorization_code'")
  if (grants.includes('implicit') && !responses.includes('token') && !responses.includes('id_token'))
    throw fault('response_types', "'token' or 'id_token' is needed by the grant type 'implicit'")
}

/** RFC 6749 section 4.4 (client credentials are for confidential clients), RFC 9700 section 2.1.1 (PKCE). */
function checkAuthentication(metadata: ClientMetadata): void {
  const { application_type: type, grant_types: grants, token_endpoint_auth_method: method } = metadata
  if (type === 'browser' && method !== 'none')
    throw fault('token_endpoint_auth_method', "must be 'none' for a browser application")
  if (method === 'none' && (type === 'service' || grants.includes('client_credentials')))
    throw fault('token_endpoint_auth_method', "must not be 'none' for a client that acts for itself")
  if (method === 'none' && grants.includes('authorization_code') && !metadata.pkce_required)
    throw fault('pkce_required', "must be true when 'token_endpoint_auth_method' is 'none'")
  if (method === 'none' && metadata.refresh_token?.rotation_type === 'STATIC')
    throw fault('refresh_token', "must be ROTATE when 'token_endpoint_auth_method' is 'none'")
  if (metadata.dpop_bound_access_tokens && grants.includes('implicit'))
    throw fault('dpop_bound_access_tokens', "must be false with the grant type 'implicit'")
}

function checkRedirectUris(metadata: ClientMetadata): void {
  const { grant_types: grants, application_type: type } = metadata
  if (metadata.redirect_uris.length === 0 && REDIRECT_GRANTS.some((grant) => grants.includes(grant)))
    throw redirect('redirect_uris', 'at least one is required for this grant type')
  for (const member of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    const uris: readonly string[] = metadata[member]
    for (const [index, uri] of uris.entries()) {
      const found = redirectFault(uri, type)
      if (found !== undefined) throw redirect(`${member}[${index}]`, REDIRECT_FAULTS[found])
    }
  }
}

function checkAddresses(metadata: ClientMetadata): void {
  for (const member of [
    'initiate_login_uri',
    'jwks_uri',
    'sector_identifier_uri',
    'frontchannel_logout_uri',
    'backchannel_logout_uri',
  ] as const) {
    const uri = metadata[member]
    const found = uri === undefined ? undefined : redirectFault(uri, 'web')
    if (found !== undefined) throw fault(member, REDIRECT_FAULTS[found])
  }
  // Shown to people as links: a scheme that runs something would run it in our console.
  for (const member of ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'] as const) {
    const uri = metadata[member]
    if (uri !== undefined && httpUrlFault(uri)) throw fault(member, 'must be an http or https URL')
  }
  if (metadata.idp_initiated_login.mode !== 'DISABLED' && metadata.initiate_login_uri === undefined)
    throw fault('initiate_login_uri', "is required unless 'idp_initiated_login' is 'DISABLED'")
}

function fault(member: string, rule: string): DomainError {
  return new DomainError('invalid_client_metadata', { member, rule })
}

function redirect(member: string, rule: string): DomainError {
  return new DomainError('invalid_redirect_uri', { member, rule })
}
