import { ENTRY_KINDS, type EntryKind } from '@rescind/core/log'

/**
 * The entries of the log that Atlas has a type of event for, one kind for each type. What Atlas does not know (a
 * client's key, a token) is in the log and in the native API's audit, not here.
 */
export const EVENT_TYPES: Readonly<Partial<Record<EntryKind, string>>> = {
  'organization.created': 'ORG_CREATED',
  'organization.renamed': 'ORG_RENAMED',
  'organization.access_list_required': 'ORG_PUBLIC_API_ACCESS_LIST_REQUIRED',
  'organization.access_list_optional': 'ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED',
  'group.created': 'GROUP_CREATED',
  'group.deleted': 'GROUP_DELETED',
  'digest_key.created': 'API_KEY_CREATED',
  'digest_key.renamed': 'API_KEY_DESCRIPTION_CHANGED',
  'digest_key.roles_changed': 'API_KEY_ROLES_CHANGED',
  'digest_key.group_joined': 'API_KEY_ADDED_TO_GROUP',
  'digest_key.group_left': 'API_KEY_REMOVED_FROM_GROUP',
  'digest_key.network_added': 'API_KEY_ACCESS_LIST_ENTRY_ADDED',
  'digest_key.network_removed': 'API_KEY_ACCESS_LIST_ENTRY_DELETED',
  'digest_key.deleted': 'API_KEY_DELETED',
  'service_account.created': 'SERVICE_ACCOUNT_CREATED',
  'service_account.renamed': 'SERVICE_ACCOUNT_DETAILS_CHANGED',
  'service_account.roles_changed': 'SERVICE_ACCOUNT_ROLES_CHANGED',
  'service_account.group_joined': 'SERVICE_ACCOUNT_ADDED_TO_GROUP',
  'service_account.group_left': 'SERVICE_ACCOUNT_REMOVED_FROM_GROUP',
  'service_account.network_added': 'SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED',
  'service_account.network_removed': 'SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED',
  'service_account.secret_added': 'SERVICE_ACCOUNT_SECRET_ADDED',
  'service_account.secret_deleted': 'SERVICE_ACCOUNT_SECRET_DELETED',
  'service_account.deleted': 'SERVICE_ACCOUNT_DELETED',
  'federation.created': 'FEDERATION_SETTINGS_CREATED',
  'federation.deleted': 'FEDERATION_SETTINGS_DELETED',
  'federation_organization.connected': 'ORG_SETTINGS_CONFIGURED',
  'federation_organization.updated': 'ORG_SETTINGS_UPDATED',
  'federation_organization.disconnected': 'ORG_SETTINGS_DELETED',
  'domain.created': 'DOMAIN_CREATED',
  'domain.verified': 'DOMAIN_VERIFIED',
  'domain.associated': 'DOMAINS_ASSOCIATED',
  'domain.deleted': 'DOMAIN_DELETED',
  'identity_provider.created': 'IDENTITY_PROVIDER_CREATED',
  'identity_provider.updated': 'OIDC_IDENTITY_PROVIDER_UPDATED',
  'identity_provider.deleted': 'IDENTITY_PROVIDER_DELETED',
  'idp_jwks.revoked': 'IDENTITY_PROVIDER_JWKS_REVOKED',
  'role_mapping.created': 'ROLE_MAPPING_CREATED',
  'role_mapping.updated': 'ROLE_MAPPING_UPDATED',
  'role_mapping.deleted': 'ROLE_MAPPING_DELETED',
}

const isKind = (name: string): name is EntryKind => ENTRY_KINDS.some((kind) => kind === name)

/** Every kind that is an event. */
export const EVENT_KINDS: readonly EntryKind[] = Object.keys(EVENT_TYPES).filter(isKind)

/** The kinds behind some types of events; one that never happens here has none. */
export function kindsOf(types: readonly string[]): readonly EntryKind[] {
  return EVENT_KINDS.filter((kind) => types.includes(EVENT_TYPES[kind] ?? ''))
}
