import { type Static, type TSchema, Type } from 'typebox'
import type { ApplicationDraft } from '../../directory/applications.ts'
import {
  ClientMetadata,
  type GivenClientMetadata,
  IdpInitiatedLogin,
  RefreshTokenPolicy,
} from '../../directory/client-metadata.ts'
import { DEFAULT_PRESENTATION, Presentation } from '../../directory/presentation.ts'
import { Secret } from '../../secrets/index.ts'
import { SubmittedKeyBody, submittedKeyOf } from './client-key-body.ts'

/** Absent and null say the same: Okta's clients send back the nulls that they were given. */
const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

const { properties: metadata } = ClientMetadata
const { properties: shown } = Presentation
const { hide } = shown.visibility.properties

const OAuthClientSettings = Type.Object({
  grant_types: metadata.grant_types,
  application_type: nullable(metadata.application_type),
  response_types: nullable(metadata.response_types),
  redirect_uris: nullable(metadata.redirect_uris),
  post_logout_redirect_uris: nullable(metadata.post_logout_redirect_uris),
  consent_method: nullable(metadata.consent_method),
  issuer_mode: nullable(metadata.issuer_mode),
  dpop_bound_access_tokens: nullable(Type.Boolean()),
  participate_slo: nullable(Type.Boolean()),
  // Redirect addresses are compared exactly, so `SUBDOMAIN` is not to be had.
  wildcard_redirect: nullable(Type.Literal('DISABLED')),
  idp_initiated_login: nullable(
    Type.Object({
      mode: IdpInitiatedLogin.properties.mode,
      default_scope: nullable(IdpInitiatedLogin.properties.default_scope),
    }),
  ),
  refresh_token: nullable(
    Type.Object({
      rotation_type: RefreshTokenPolicy.properties.rotation_type,
      leeway: nullable(RefreshTokenPolicy.properties.leeway),
    }),
  ),
  jwks: nullable(Type.Object({ keys: nullable(Type.Array(SubmittedKeyBody, { maxItems: 100 })) })),
  jwks_uri: nullable(metadata.jwks_uri),
  initiate_login_uri: nullable(metadata.initiate_login_uri),
  id_token_encrypted_response_alg: nullable(metadata.id_token_encrypted_response_alg),
  request_object_signing_alg: nullable(metadata.request_object_signing_alg),
  subject_type: nullable(metadata.subject_type),
  sector_identifier_uri: nullable(metadata.sector_identifier_uri),
  frontchannel_logout_uri: nullable(metadata.frontchannel_logout_uri),
  frontchannel_logout_session_required: nullable(Type.Boolean()),
  backchannel_logout_uri: nullable(metadata.backchannel_logout_uri),
  backchannel_logout_session_required: nullable(Type.Boolean()),
  client_uri: nullable(metadata.client_uri),
  logo_uri: nullable(metadata.logo_uri),
  tos_uri: nullable(metadata.tos_uri),
  policy_uri: nullable(metadata.policy_uri),
})

/** What of an application a request may say; the other members of Okta's description are passed over. */
export const ApplicationBody = Type.Object({
  name: Type.Literal('oidc_client'),
  signOnMode: Type.Literal('OPENID_CONNECT'),
  label: Type.String(),
  credentials: Type.Object({
    oauthClient: nullable(
      Type.Object({
        client_id: nullable(Type.String()),
        client_secret: nullable(Type.String()),
        token_endpoint_auth_method: nullable(metadata.token_endpoint_auth_method),
        autoKeyRotation: nullable(Type.Boolean()),
        pkce_required: nullable(Type.Boolean()),
      }),
    ),
    userNameTemplate: nullable(
      Type.Object({
        template: nullable(shown.userNameTemplate.properties.template),
        type: nullable(shown.userNameTemplate.properties.type),
      }),
    ),
  }),
  settings: Type.Object({
    oauthClient: OAuthClientSettings,
    implicitAssignment: nullable(Type.Boolean()),
    notes: nullable(
      Type.Object({
        admin: Type.Optional(shown.notes.properties.admin),
        enduser: Type.Optional(shown.notes.properties.enduser),
      }),
    ),
  }),
  visibility: nullable(
    Type.Object({
      autoLaunch: nullable(Type.Boolean()),
      autoSubmitToolbar: nullable(Type.Boolean()),
      hide: nullable(Type.Object({ iOS: nullable(hide.properties.iOS), web: nullable(hide.properties.web) })),
    }),
  ),
  accessibility: nullable(
    Type.Object({
      selfService: nullable(Type.Boolean()),
      errorRedirectUrl: Type.Optional(shown.accessibility.properties.errorRedirectUrl),
      loginRedirectUrl: Type.Optional(shown.accessibility.properties.loginRedirectUrl),
    }),
  ),
})
export type ApplicationBody = Static<typeof ApplicationBody>

/** Copies what a request says, member by member. */
export function draftOf(body: ApplicationBody): ApplicationDraft {
  const { client_id, client_secret } = body.credentials.oauthClient ?? {}
  const keys = body.settings.oauthClient.jwks?.keys
  return {
    label: body.label,
    metadata: metadataOf(body),
    presentation: presentationOf(body),
    ...(client_id != null && { clientId: client_id }),
    ...(client_secret != null && { clientSecret: new Secret(client_secret) }),
    ...(keys != null && { keys: keys.map(submittedKeyOf) }),
  }
}

function metadataOf({
  settings: { oauthClient: client },
  credentials,
}: ApplicationBody): GivenClientMetadata {
  const { oauthClient } = credentials
  const { refresh_token: refresh, idp_initiated_login: login } = client
  return {
    grant_types: client.grant_types,
    application_type: client.application_type ?? undefined,
    response_types: client.response_types ?? undefined,
    redirect_uris: client.redirect_uris ?? undefined,
    post_logout_redirect_uris: client.post_logout_redirect_uris ?? undefined,
    token_endpoint_auth_method: oauthClient?.token_endpoint_auth_method ?? undefined,
    autoKeyRotation: oauthClient?.autoKeyRotation ?? undefined,
    pkce_required: oauthClient?.pkce_required ?? undefined,
    consent_method: client.consent_method ?? undefined,
    issuer_mode: client.issuer_mode ?? undefined,
    dpop_bound_access_tokens: client.dpop_bound_access_tokens ?? undefined,
    participate_slo: client.participate_slo ?? undefined,
    idp_initiated_login: login ? { mode: login.mode, default_scope: login.default_scope ?? [] } : undefined,
    refresh_token: refresh
      ? { rotation_type: refresh.rotation_type, leeway: refresh.leeway ?? 30 }
      : undefined,
    jwks_uri: client.jwks_uri ?? undefined,
    initiate_login_uri: client.initiate_login_uri ?? undefined,
    id_token_encrypted_response_alg: client.id_token_encrypted_response_alg ?? undefined,
    request_object_signing_alg: client.request_object_signing_alg ?? undefined,
    subject_type: client.subject_type ?? undefined,
    sector_identifier_uri: client.sector_identifier_uri ?? undefined,
    frontchannel_logout_uri: client.frontchannel_logout_uri ?? undefined,
    frontchannel_logout_session_required: client.frontchannel_logout_session_required ?? undefined,
    backchannel_logout_uri: client.backchannel_logout_uri ?? undefined,
    backchannel_logout_session_required: client.backchannel_logout_session_required ?? undefined,
    client_uri: client.client_uri ?? undefined,
    logo_uri: client.logo_uri ?? undefined,
    tos_uri: client.tos_uri ?? undefined,
    policy_uri: client.policy_uri ?? undefined,
  }
}

function presentationOf({ visibility, accessibility, settings, credentials }: ApplicationBody): Presentation {
  const { userNameTemplate } = credentials
  const usual = DEFAULT_PRESENTATION
  return {
    visibility: {
      autoLaunch: visibility?.autoLaunch ?? usual.visibility.autoLaunch,
      autoSubmitToolbar: visibility?.autoSubmitToolbar ?? usual.visibility.autoSubmitToolbar,
      hide: {
        iOS: visibility?.hide?.iOS ?? usual.visibility.hide.iOS,
        web: visibility?.hide?.web ?? usual.visibility.hide.web,
      },
    },
    accessibility: {
      selfService: accessibility?.selfService ?? usual.accessibility.selfService,
      errorRedirectUrl: accessibility?.errorRedirectUrl ?? usual.accessibility.errorRedirectUrl,
      loginRedirectUrl: accessibility?.loginRedirectUrl ?? usual.accessibility.loginRedirectUrl,
    },
    notes: {
      admin: settings.notes?.admin ?? usual.notes.admin,
      enduser: settings.notes?.enduser ?? usual.notes.enduser,
    },
    userNameTemplate: {
      template: userNameTemplate?.template ?? usual.userNameTemplate.template,
      type: userNameTemplate?.type ?? usual.userNameTemplate.type,
    },
    implicitAssignment: settings.implicitAssignment ?? usual.implicitAssignment,
  }
}
