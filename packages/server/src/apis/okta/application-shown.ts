import type { Application } from '../../directory/application.ts'
import type { ClientMetadata } from '../../directory/client-metadata.ts'
import type { Secret } from '../../secrets/index.ts'
import { showKeyOfApplication } from './client-key-shown.ts'
import { oktaTime } from './times.ts'

/**
 * An application as Okta shows one, member for member. What this product does not have (logos, assignments,
 * policies) has its constant value and no link.
 *
 * @param clientSecret shown in the answer that made it only
 */
export function showApplication(application: Application, publicUrl: string, clientSecret?: Secret) {
  const { id, presentation, metadata } = application
  return {
    id,
    orn: `orn:rescind:idp:${application.organizationId}:apps:oidc_client:${id}`,
    name: 'oidc_client',
    label: application.label,
    status: application.status,
    lastUpdated: oktaTime(application.updatedAt),
    created: oktaTime(application.createdAt),
    accessibility: presentation.accessibility,
    visibility: {
      autoLaunch: presentation.visibility.autoLaunch,
      autoSubmitToolbar: presentation.visibility.autoSubmitToolbar,
      hide: presentation.visibility.hide,
      appLinks: { oidc_client_link: true },
    },
    features: [],
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      userNameTemplate: presentation.userNameTemplate,
      oauthClient: {
        autoKeyRotation: metadata.autoKeyRotation,
        client_id: application.clientId,
        ...(clientSecret !== undefined && { client_secret: clientSecret.reveal() }),
        token_endpoint_auth_method: metadata.token_endpoint_auth_method,
        pkce_required: metadata.pkce_required,
      },
    },
    universalLogout: {
      status: 'DISABLED',
      supportType: 'FULL',
      identityStack: 'NOT_SHARED',
      protocol: 'GLOBAL_TOKEN_REVOCATION',
    },
    settings: {
      app: {},
      notifications: { vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null } },
      manualProvisioning: false,
      implicitAssignment: presentation.implicitAssignment,
      emOptInStatus: 'NONE',
      notes: presentation.notes,
      oauthClient: showSettings(application),
    },
    _links: links(application, publicUrl),
  }
}

/** What a client may leave out is absent where it has none; `jwks` and `jwks_uri` are never both there. */
function showSettings({ metadata, keys }: Application) {
  return {
    client_uri: metadata.client_uri ?? null,
    logo_uri: metadata.logo_uri ?? null,
    ...only(metadata, ['tos_uri', 'policy_uri']),
    redirect_uris: metadata.redirect_uris,
    ...(metadata.post_logout_redirect_uris.length > 0 && {
      post_logout_redirect_uris: metadata.post_logout_redirect_uris,
    }),
    response_types: metadata.response_types,
    grant_types: metadata.grant_types,
    ...only(metadata, ['initiate_login_uri', 'jwks_uri']),
    ...(keys.length > 0 && { jwks: { keys: keys.map(showKeyOfApplication) } }),
    application_type: metadata.application_type,
    ...only(metadata, [
      'id_token_encrypted_response_alg',
      'request_object_signing_alg',
      'subject_type',
      'sector_identifier_uri',
      'frontchannel_logout_uri',
      'frontchannel_logout_session_required',
      'backchannel_logout_uri',
      'backchannel_logout_session_required',
    ]),
    consent_method: metadata.consent_method,
    issuer_mode: metadata.issuer_mode,
    ...only(metadata, ['refresh_token']),
    idp_initiated_login: metadata.idp_initiated_login,
    wildcard_redirect: 'DISABLED',
    dpop_bound_access_tokens: metadata.dpop_bound_access_tokens,
    participate_slo: metadata.participate_slo,
  }
}

function only<Name extends keyof ClientMetadata>(
  metadata: ClientMetadata,
  names: readonly Name[],
): Partial<Pick<ClientMetadata, Name>> {
  const members: Partial<Pick<ClientMetadata, Name>> = {}
  for (const name of names) if (metadata[name] !== undefined) members[name] = metadata[name]
  return members
}

function links({ id, status, metadata }: Application, publicUrl: string) {
  const href = `${publicUrl}/api/v1/apps/${id}`
  const credential = metadata.token_endpoint_auth_method === 'private_key_jwt' ? 'jwks' : 'secrets'
  const next = status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    clientCredentials: [{ name: credential, href: `${href}/credentials/${credential}` }],
    [next]: { href: `${href}/lifecycle/${next}` },
  }
}
