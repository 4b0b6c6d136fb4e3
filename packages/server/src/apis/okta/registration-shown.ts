import type { Application } from '../../directory/application.ts'
import { type ClientMetadata, usesClientSecret } from '../../directory/client-metadata.ts'
import type { ClientKey } from '../../keys/client-key.ts'
import type { Secret } from '../../secrets/index.ts'

/**
 * A client in the words of its registration (RFC 7591 section 3.2.1). Its keys are those that count: here they have
 * no status by which an inactive one could be told.
 *
 * @param clientSecret shown in the answer that made it only
 */
export function showRegistration({ metadata, ...application }: Application, clientSecret?: Secret) {
  const keys = application.keys.filter(({ status }) => status === 'ACTIVE')
  return {
    client_id: application.clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret.reveal() }),
    client_id_issued_at: Math.floor(application.createdAt / 1000),
    ...(usesClientSecret(metadata) && { client_secret_expires_at: 0 }),
    client_name: application.label,
    client_uri: metadata.client_uri ?? null,
    logo_uri: metadata.logo_uri ?? null,
    application_type: metadata.application_type,
    redirect_uris: metadata.redirect_uris,
    ...(metadata.post_logout_redirect_uris.length > 0 && {
      post_logout_redirect_uris: metadata.post_logout_redirect_uris,
    }),
    response_types: metadata.response_types,
    grant_types: metadata.grant_types,
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    ...present(metadata),
    ...(keys.length > 0 && { jwks: { keys: keys.map(showKey) } }),
  }
}

const OPTIONAL = [
  'initiate_login_uri',
  'jwks_uri',
  'id_token_encrypted_response_alg',
  'request_object_signing_alg',
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'tos_uri',
  'policy_uri',
] as const satisfies readonly (keyof ClientMetadata)[]

function present(metadata: ClientMetadata) {
  return Object.fromEntries(
    OPTIONAL.flatMap((name) => (metadata[name] === undefined ? [] : [[name, metadata[name]]])),
  )
}

/** Without id and status, which registration does not know. */
function showKey({ material: { kty, ...coordinates }, kid, use, alg }: ClientKey) {
  return { kty, kid, use, ...(alg !== null && use !== 'enc' && { alg }), ...coordinates }
}
