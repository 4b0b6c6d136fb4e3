import type { OktaAnswer } from '../envelope.ts'
import type { Details, OktaWords } from './words.ts'

/**
 * Okta's class names for what the domain calls by the field's terms, as they stand in
 * `Not found: Resource not found: <id> (<class>)`.
 */
const CLASSES = new Map([
  ['user', 'User'],
  ['role', 'Role'],
  ['api_token', 'ApiToken'],
  ['application', 'AppInstance'],
  ['client_key', 'JsonWebKey'],
  ['client_secret', 'OAuth2ClientSecretMediated'],
  ['authorization_server', 'AuthorizationServer'],
  ['encryption_key', 'JsonWebKey'],
  ['signing_key', 'JsonWebKey'],
  ['scope', 'OAuth2Scope'],
  ['app_grant', 'OAuth2ScopeConsentGrant'],
  ['grant', 'OAuth2ScopeConsentGrant'],
])

function notFound({ type, id }: Details): OktaAnswer {
  if (type === undefined || id === undefined) return { code: 'E0000007', about: 'Resource not found' }
  return {
    code: 'E0000007',
    about: `Resource not found: ${shorten(String(id))} (${CLASSES.get(String(type)) ?? String(type)})`,
  }
}

/** An id that was asked for may be as long as a URL; the answer quotes no more of it than any id has. */
function shorten(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id
}

/** The refusals that every resource shares. */
export const COMMON_WORDS: OktaWords = {
  not_found: notFound,
  invalid_request: ({ about, cause }) => ({
    code: 'E0000001',
    about: String(about ?? 'request'),
    ...(cause === undefined ? {} : { causes: [String(cause)] }),
  }),
  invalid_json: () => ({ code: 'E0000003' }),
  credentials_missing: () => ({ code: 'E0000005' }),
  credentials_invalid: () => ({ code: 'E0000011' }),
  organization_host_mismatch: () => ({ code: 'E0000011' }),
  permission_denied: () => ({ code: 'E0000006' }),
  rate_limited: () => ({ code: 'E0000047' }),
}
