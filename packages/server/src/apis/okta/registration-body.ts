import { type Static, type TSchema, Type } from 'typebox'
import type { Application } from '../../directory/application.ts'
import type { ApplicationDraft } from '../../directory/applications.ts'
import { ClientMetadata, type GivenClientMetadata } from '../../directory/client-metadata.ts'
import { DEFAULT_PRESENTATION } from '../../directory/presentation.ts'
import { Secret } from '../../secrets/index.ts'
import { SubmittedKeyBody, submittedKeyOf } from './client-key-body.ts'
import { RequestRefused } from './request-refused.ts'

/** Absent and null say the same. */
const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

const { properties: metadata } = ClientMetadata

/**
 * A client as it registers itself (RFC 7591 section 2), as far as it is understood here. What is not understood is
 * passed over, as the RFC asks.
 */
export const RegistrationBody = Type.Object({
  client_id: nullable(Type.String()),
  client_name: nullable(Type.String()),
  client_secret: nullable(Type.String()),
  /** Told, not asked: whoever sends one has not understood. */
  client_id_issued_at: Type.Optional(Type.Undefined()),
  client_secret_expires_at: Type.Optional(Type.Undefined()),
  application_type: nullable(metadata.application_type),
  grant_types: nullable(metadata.grant_types),
  response_types: nullable(metadata.response_types),
  redirect_uris: nullable(metadata.redirect_uris),
  post_logout_redirect_uris: nullable(metadata.post_logout_redirect_uris),
  token_endpoint_auth_method: nullable(metadata.token_endpoint_auth_method),
  initiate_login_uri: nullable(metadata.initiate_login_uri),
  jwks: nullable(Type.Object({ keys: Type.Array(SubmittedKeyBody, { maxItems: 100 }) })),
  jwks_uri: nullable(metadata.jwks_uri),
  id_token_encrypted_response_alg: nullable(metadata.id_token_encrypted_response_alg),
  request_object_signing_alg: nullable(metadata.request_object_signing_alg),
  frontchannel_logout_uri: nullable(metadata.frontchannel_logout_uri),
  frontchannel_logout_session_required: nullable(Type.Boolean()),
  client_uri: nullable(metadata.client_uri),
  logo_uri: nullable(metadata.logo_uri),
  tos_uri: nullable(metadata.tos_uri),
  policy_uri: nullable(metadata.policy_uri),
})
export type RegistrationBody = Static<typeof RegistrationBody>

/**
 * A registration as the directory's draft. What registration has no words for stays as it is in a client that is
 * replaced; in a new one consent is required, as Okta has it for clients that register themselves.
 *
 * @throws RequestRefused for a client without a name
 */
export function draftOfRegistration(body: RegistrationBody, before?: Application): ApplicationDraft {
  const label = body.client_name ?? ''
  if (label.trim() === '')
    throw new RequestRefused({
      code: 'E0000001',
      about: 'client_name',
      causes: ["`client_name`: The field can't be left blank."],
    })
  const { client_id, client_secret, jwks } = body
  return {
    label,
    metadata: { ...(before?.metadata ?? NEW), ...metadataOf(body) },
    presentation: before?.presentation ?? DEFAULT_PRESENTATION,
    ...(before !== undefined && client_id != null && { clientId: client_id }),
    ...(before !== undefined && client_secret != null && { clientSecret: new Secret(client_secret) }),
    ...(jwks != null && { keys: jwks.keys.map(submittedKeyOf) }),
  }
}

const NEW = { consent_method: 'REQUIRED' } as const

/** Every member by name, so that what is left out of a replacement takes its default. */
function metadataOf(body: RegistrationBody): GivenClientMetadata {
  return {
    application_type: body.application_type ?? undefined,
    grant_types: body.grant_types ?? ['authorization_code'],
    response_types: body.response_types ?? undefined,
    redirect_uris: body.redirect_uris ?? undefined,
    post_logout_redirect_uris: body.post_logout_redirect_uris ?? undefined,
    token_endpoint_auth_method: body.token_endpoint_auth_method ?? undefined,
    initiate_login_uri: body.initiate_login_uri ?? undefined,
    jwks_uri: body.jwks_uri ?? undefined,
    id_token_encrypted_response_alg: body.id_token_encrypted_response_alg ?? undefined,
    request_object_signing_alg: body.request_object_signing_alg ?? undefined,
    frontchannel_logout_uri: body.frontchannel_logout_uri ?? undefined,
    frontchannel_logout_session_required: body.frontchannel_logout_session_required ?? undefined,
    client_uri: body.client_uri ?? undefined,
    logo_uri: body.logo_uri ?? undefined,
    tos_uri: body.tos_uri ?? undefined,
    policy_uri: body.policy_uri ?? undefined,
  }
}
