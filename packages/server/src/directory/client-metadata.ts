import type { ClientKeyDemands } from '@rescind/core/keys'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Uri = Type.String({ minLength: 1, maxLength: 1024 })
/** More addresses than this belong to more than one client. */
const Uris = Type.Array(Uri, { maxItems: 100 })

export const APPLICATION_TYPES = ['web', 'native', 'browser', 'service'] as const
export const TOKEN_ENDPOINT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const
export const GRANT_TYPES = [
  'authorization_code',
  'client_credentials',
  'implicit',
  'interaction_code',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:openid:params:grant-type:ciba',
  'urn:okta:params:oauth:grant-type:otp',
  'urn:okta:params:oauth:grant-type:oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
] as const
export const RESPONSE_TYPES = ['code', 'token', 'id_token'] as const
/** `request_object_signing_alg` and its sibling for back-channel requests. */
export const REQUEST_SIGNING_ALGS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
] as const
export const ID_TOKEN_ENCRYPTION_ALGS = ['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'] as const

/** Rotation of refresh tokens. */
export const RefreshTokenPolicy = Type.Object({
  rotation_type: Type.Enum(['ROTATE', 'STATIC']),
  /** Seconds for which the token before the newest is still taken. */
  leeway: Type.Integer({ minimum: 0, maximum: 60 }),
})

/** Sign-in that begins at the authority (OpenID Connect Core section 4). */
export const IdpInitiatedLogin = Type.Object({
  mode: Type.Enum(['DISABLED', 'SPEC', 'OKTA']),
  /** RFC 6749 section 3.3. */
  default_scope: Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,256}$' }), {
    maxItems: 100,
  }),
})

/**
 * What the authority knows of a client and acts on, under the names of RFC 7591, OpenID Connect Dynamic Client
 * Registration and, where those have none, Okta. Every default is written out: a stored client means the same
 * whatever the defaults of a later release are. Its keys and secrets are rows of their own.
 */
export const ClientMetadata = Type.Object(
  {
    application_type: Type.Enum(APPLICATION_TYPES),
    grant_types: Type.Array(Type.Enum(GRANT_TYPES), { minItems: 1, maxItems: GRANT_TYPES.length }),
    response_types: Type.Array(Type.Enum(RESPONSE_TYPES), { maxItems: RESPONSE_TYPES.length }),
    redirect_uris: Uris,
    post_logout_redirect_uris: Uris,
    token_endpoint_auth_method: Type.Enum(TOKEN_ENDPOINT_AUTH_METHODS),
    autoKeyRotation: Type.Boolean(),
    pkce_required: Type.Boolean(),
    consent_method: Type.Enum(['REQUIRED', 'TRUSTED']),
    issuer_mode: Type.Enum(['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']),
    dpop_bound_access_tokens: Type.Boolean(),
    participate_slo: Type.Boolean(),
    idp_initiated_login: IdpInitiatedLogin,
    refresh_token: Type.Optional(RefreshTokenPolicy),
    jwks_uri: Type.Optional(Uri),
    initiate_login_uri: Type.Optional(Uri),
    id_token_encrypted_response_alg: Type.Optional(Type.Enum(ID_TOKEN_ENCRYPTION_ALGS)),
    request_object_signing_alg: Type.Optional(Type.Enum(REQUEST_SIGNING_ALGS)),
    subject_type: Type.Optional(Type.Enum(['public', 'pairwise'])),
    sector_identifier_uri: Type.Optional(Uri),
    frontchannel_logout_uri: Type.Optional(Uri),
    frontchannel_logout_session_required: Type.Optional(Type.Boolean()),
    backchannel_logout_uri: Type.Optional(Uri),
    backchannel_logout_session_required: Type.Optional(Type.Boolean()),
    client_uri: Type.Optional(Uri),
    logo_uri: Type.Optional(Uri),
    tos_uri: Type.Optional(Uri),
    policy_uri: Type.Optional(Uri),
  },
  { additionalProperties: false },
)
export type ClientMetadata = Static<typeof ClientMetadata>

const metadataValidator = Compile(ClientMetadata)

/** Reads the stored JSON. @throws Error where the row does not hold what this release writes */
export function readClientMetadata(json: string): ClientMetadata {
  return metadataValidator.Parse(JSON.parse(json))
}

/** What a caller said of a client; the rest is defaults. */
export type GivenClientMetadata = Pick<ClientMetadata, 'grant_types'> & {
  readonly [Member in keyof ClientMetadata]?: ClientMetadata[Member] | undefined
}

/**
 * Writes out what was left open, with Okta's published defaults, save that refresh tokens rotate (RFC 9700 section
 * 4.14.2). A browser application has no place for a secret,
 * so it authenticates by `none` unless told; what it was told, `checkClientMetadata` judges.
 */
export function completeClientMetadata(given: GivenClientMetadata): ClientMetadata {
  const application_type = given.application_type ?? 'web'
  const completed: ClientMetadata = {
    application_type,
    grant_types: [...new Set(given.grant_types)],
    response_types: [...new Set(given.response_types ?? defaultResponseTypes(given.grant_types))],
    redirect_uris: given.redirect_uris ?? [],
    post_logout_redirect_uris: given.post_logout_redirect_uris ?? [],
    token_endpoint_auth_method:
      given.token_endpoint_auth_method ?? (application_type === 'browser' ? 'none' : 'client_secret_basic'),
    autoKeyRotation: given.autoKeyRotation ?? true,
    pkce_required: given.pkce_required ?? true,
    consent_method: given.consent_method ?? 'TRUSTED',
    issuer_mode: given.issuer_mode ?? 'ORG_URL',
    dpop_bound_access_tokens: given.dpop_bound_access_tokens ?? false,
    participate_slo: given.participate_slo ?? false,
    idp_initiated_login: given.idp_initiated_login ?? { mode: 'DISABLED', default_scope: [] },
  }
  if (given.grant_types.includes('refresh_token')) {
    completed.refresh_token = given.refresh_token ?? { rotation_type: 'ROTATE', leeway: 30 }
  }
  for (const member of OPTIONAL_MEMBERS) copyMember(completed, given, member)
  return completed
}

function defaultResponseTypes(grants: ClientMetadata['grant_types']): ClientMetadata['response_types'] {
  const types: ClientMetadata['response_types'] = []
  if (grants.includes('authorization_code')) types.push('code')
  if (grants.includes('implicit')) types.push('id_token', 'token')
  return types.length > 0 ? types : ['token']
}

/** Those without a default: absent means that the client does not have it. */
const OPTIONAL_MEMBERS = [
  'jwks_uri',
  'initiate_login_uri',
  'id_token_encrypted_response_alg',
  'request_object_signing_alg',
  'subject_type',
  'sector_identifier_uri',
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
] as const

function copyMember<Member extends keyof ClientMetadata>(
  to: { [Name in Member]?: ClientMetadata[Name] },
  from: { readonly [Name in Member]?: ClientMetadata[Name] | undefined },
  member: Member,
): void {
  const value = from[member]
  if (value !== undefined) to[member] = value
}

/** The settings that the client's ring of keys has to keep satisfied. */
export function keyDemandsOf(metadata: ClientMetadata): ClientKeyDemands {
  return {
    privateKeyJwt: metadata.token_endpoint_auth_method === 'private_key_jwt',
    requestObjectSigningAlg: metadata.request_object_signing_alg ?? null,
    idTokenEncryption: metadata.id_token_encrypted_response_alg !== undefined,
  }
}

/** Whether the client authenticates by a secret that both sides know. */
export function usesClientSecret({ token_endpoint_auth_method: method }: ClientMetadata): boolean {
  return method !== 'private_key_jwt' && method !== 'none'
}
