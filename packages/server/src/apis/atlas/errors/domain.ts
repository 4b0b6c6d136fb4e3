import type { DomainError, ErrorCode, ErrorKind } from '../../../errors/index.ts'
import type { AtlasAnswer } from './refusal.ts'

type Details = DomainError['details']

/** The description lists no 409 for operations on federations. */
const asValidation = ({ message }: DomainError): AtlasAnswer =>
  say('VALIDATION_ERROR', message.replace(/\.$/, ''))

const say = (code: AtlasAnswer['code'], ...parameters: AtlasAnswer['parameters']): AtlasAnswer => ({
  code,
  parameters,
})

/** For codes that have no words of their own. */
const BY_KIND: Record<ErrorKind, (error: DomainError) => AtlasAnswer> = {
  invalid: asValidation,
  unauthenticated: () => say('USER_UNAUTHORIZED'),
  forbidden: () => say('ACCESS_FORBIDDEN'),
  not_found: ({ details }) => notFound(details),
  conflict: ({ message }) => say('CONFLICT', message),
  limited: () => say('RATE_LIMITED', '', '', ''),
  unavailable: () => ({ ...say('SERVICE_UNAVAILABLE'), retryAfter: 1 }),
  internal: () => say('UNEXPECTED_ERROR'),
}

const BY_CODE: { readonly [Code in ErrorCode]?: (details: Details, error: DomainError) => AtlasAnswer } = {
  // The table of codes files a missing role under 401.
  permission_denied: () => say('USER_UNAUTHORIZED'),
  network_not_allowed: ({ address = '' }) => say('IP_ADDRESS_NOT_ON_ACCESS_LIST', address),
  network_invalid: () => say('INVALID_ATTRIBUTE', 'ipAddress'),
  access_list_own_address: ({ address = '' }) => say('CANNOT_DELETE_OWN_ADDRESS', address),
  access_list_full: ({ limit = '' }) => say('LIMIT_REACHED', limit),
  credential_limit_reached: ({ limit = '' }) => say('LIMIT_REACHED', limit),
  secret_limit_reached: ({ limit = '' }) => say('LIMIT_REACHED', limit),
  group_limit_reached: ({ limit = '' }) => say('LIMIT_REACHED', limit),
  secret_lifetime_refused: () => say('INVALID_ATTRIBUTE', 'secretExpiresAfterHours'),
  identity_provider_not_in_federation: ({ id = '' }) => say('CONNECTED_ORG_CONFIG_IDP_NOT_IN_FEDERATION', id),
  identity_provider_attribute_missing: ({ attribute = '' }) => say('MISSING_ATTRIBUTE', attribute),
  identity_provider_attribute_refused: ({ attribute = '' }) => say('INVALID_ATTRIBUTE', attribute),
  identity_provider_audience_taken: (_, error) => asValidation(error),
  identity_provider_connected: (_, error) => asValidation(error),
  identity_provider_not_oidc: (_, error) => asValidation(error),
  federation_has_organizations: (_, error) => asValidation(error),
  federation_last_organization: (_, error) => asValidation(error),
  federation_domain_unverified: () => say('INVALID_ATTRIBUTE', 'associatedDomains'),
  connected_organization_without_provider: (_, error) => asValidation(error),
  organization_in_federation: ({ organization = '' }) =>
    say('ORG_ALREADY_ASSOCIATED_WITH_FEDERATION', organization),
  post_auth_role_refused: ({ role = '' }) => say('POST_AUTH_ROLE_GRANTS_MUST_CONTAIN_ORG_ROLES', role),
  role_mapping_group_taken: (_, error) => asValidation(error),
  role_unknown: ({ role = '' }) => say('INVALID_ENUM_VALUE', role),
  role_needs_organization: ({ role = '' }) => say('ROLE_NEEDS_ORG_ID', role),
  role_needs_group: ({ role = '' }) => say('ROLE_NEEDS_GROUP_ID', role),
  role_of_another_organization: ({ role = '' }) => say('INVALID_ROLE_FOR_ORG', role),
  group_name_taken: ({ name = '' }) => say('GROUP_ALREADY_EXISTS', name),
}

/** What things are called where Atlas speaks of one that does not exist. */
const NAMES: Readonly<Record<string, string>> = {
  service_account: 'Service account',
  service_account_secret: 'Service account secret',
  event: 'Event',
  federation: 'Federation settings',
  federation_of: 'Federation settings of the organization',
  identity_provider: 'Identity provider',
  role_mapping: 'Role mapping',
}

function notFound({ type = '', id = '' }: Details): AtlasAnswer {
  if (type === 'organization') return say('ORG_NOT_FOUND', id)
  if (type === 'group') return say('GROUP_NOT_FOUND', id)
  if (type === 'digest_key') return say('API_KEY_NOT_FOUND', id)
  if (type === 'access_entry') return say('API_KEY_WHITELIST_NOT_FOUND', id)
  return say('RESOURCE_NOT_FOUND', `${NAMES[type] ?? 'Object'} with id ${id}`)
}

/** What Atlas would say to a refusal of the domain. */
export function inAtlasWords(error: DomainError): AtlasAnswer {
  return BY_CODE[error.code]?.(error.details, error) ?? BY_KIND[error.kind](error)
}
