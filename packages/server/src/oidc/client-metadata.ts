import type { JWK, ClientMetadata as LibraryMetadata } from 'oidc-provider'
import type { ClientMetadata } from '../directory/client-metadata.ts'

/** Grants that the token endpoint knows; a client may be registered for more, which Okta has and we do not. */
export const GRANT_TYPES = [
  'authorization_code',
  'client_credentials',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const

const SUPPORTED: ReadonlySet<string> = new Set(GRANT_TYPES)

export interface LibraryClient {
  readonly clientId: string
  readonly label: string
  readonly metadata: ClientMetadata
  /** The ACTIVE keys, and no others: an inactive one neither authenticates nor is encrypted to. */
  readonly keys: readonly JWK[]
  /** The algorithm of the issuer's ACTIVE signing key. */
  readonly signingAlg: 'RS256' | 'ES256' | 'EdDSA'
}

/**
 * A client of the directory in the words of the OpenID library. Secrets are left out: `client-secrets.ts` compares
 * them, against every ACTIVE one.
 */
export function libraryMetadata(client: LibraryClient): LibraryMetadata {
  const { metadata } = client
  const grants = metadata.grant_types.filter((grant) => SUPPORTED.has(grant))
  const usesCode = grants.includes('authorization_code')
  return {
    client_id: client.clientId,
    client_name: client.label,
    // The library knows two kinds; what it allows a native client, a loopback address, only that one needs.
    application_type: metadata.application_type === 'native' ? 'native' : 'web',
    grant_types: grants,
    response_types: usesCode ? ['code'] : [],
    redirect_uris: usesCode ? metadata.redirect_uris : [],
    post_logout_redirect_uris: metadata.post_logout_redirect_uris,
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    id_token_signed_response_alg: client.signingAlg,
    dpop_bound_access_tokens: metadata.dpop_bound_access_tokens,
    // An empty set too: the client whose last key went does not authenticate, rather than being ill described.
    jwks: { keys: [...client.keys] },
    ...(metadata.id_token_encrypted_response_alg === undefined
      ? {}
      : {
          id_token_encrypted_response_alg: metadata.id_token_encrypted_response_alg,
          id_token_encrypted_response_enc: 'A256GCM',
        }),
    ...(metadata.request_object_signing_alg === undefined
      ? {}
      : { request_object_signing_alg: metadata.request_object_signing_alg }),
    ...(metadata.backchannel_logout_uri === undefined
      ? {}
      : {
          backchannel_logout_uri: metadata.backchannel_logout_uri,
          backchannel_logout_session_required: metadata.backchannel_logout_session_required ?? false,
        }),
    ...(metadata.initiate_login_uri === undefined ? {} : { initiate_login_uri: metadata.initiate_login_uri }),
    ...(metadata.logo_uri === undefined ? {} : { logo_uri: metadata.logo_uri }),
    ...(metadata.client_uri === undefined ? {} : { client_uri: metadata.client_uri }),
    ...(metadata.policy_uri === undefined ? {} : { policy_uri: metadata.policy_uri }),
    ...(metadata.tos_uri === undefined ? {} : { tos_uri: metadata.tos_uri }),
  }
}
