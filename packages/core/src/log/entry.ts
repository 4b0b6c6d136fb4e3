import type { DataOf, IndexedKind, SubjectOf } from './kinds.ts'
import type { Position } from './position.ts'

/** What an entry records. The list grows by adding a kind, never by changing one. */
export const ENTRY_KINDS = [
  'token.revoked',
  'grant.revoked',
  'refresh.revoked',
  'session.ended',
  'session.revoked',
  'user.revoked',
  'user.blocked',
  'user.unblocked',
  'client.revoked',
  'client.blocked',
  'client.unblocked',
  'user_client.revoked',
  'resource.revoked',
  'resource.blocked',
  'resource.unblocked',
  'issuer.revoked',
  'organization.revoked',
  'key.published',
  'key.activated',
  'key.retired',
  'key.revoked',
  'idp_jwks.revoked',
  'idp_jwks.refreshed',
  'index.floor',
  'identity_provider.trusted',
  'identity_provider.distrusted',
  // Changes that void nothing; they are in the log because everything else is read from it.
  'organization.created',
  'user.created',
  'user.updated',
  'user.deleted',
  'client.created',
  'client.updated',
  'client.deleted',
  'secret.created',
  'secret.activated',
  'secret.retired',
  'secret.deleted',
  'key.deleted',
  'key.withdrawn',
  'issuer.created',
  'issuer.updated',
  'issuer.deleted',
  'scope.created',
  'scope.updated',
  'scope.deleted',
  'api.created',
  'api.updated',
  'api.deleted',
  'api_token.created',
  'api_token.revoked',
  'digest_key.created',
  'digest_key.renamed',
  'digest_key.roles_changed',
  'digest_key.group_joined',
  'digest_key.group_left',
  'digest_key.network_added',
  'digest_key.network_removed',
  'digest_key.deleted',
  'service_account.created',
  'service_account.renamed',
  'service_account.roles_changed',
  'service_account.group_joined',
  'service_account.group_left',
  'service_account.network_added',
  'service_account.network_removed',
  'service_account.secret_added',
  'service_account.secret_deleted',
  'service_account.deleted',
  'group.created',
  'group.renamed',
  'group.deleted',
  'organization.renamed',
  'organization.access_list_required',
  'organization.access_list_optional',
  'organization.settings_changed',
  'policy.updated',
  'sql.statement',
  'revocation.refused',
  'app_grant.created',
  'app_grant.deleted',
  'cluster.created',
  'cluster.updated',
  'cluster.deleted',
  'cluster_credential.created',
  'log.diverged',
  'log.divergence_dismissed',
  'log.recovered',
  'federation.created',
  'federation.deleted',
  'federation_organization.connected',
  'federation_organization.updated',
  'federation_organization.disconnected',
  'domain.created',
  'domain.verified',
  'domain.associated',
  'domain.deleted',
  'identity_provider.created',
  'identity_provider.updated',
  'identity_provider.deleted',
  'role_mapping.created',
  'role_mapping.updated',
  'role_mapping.deleted',
  'secret.revealed',
  'receipt_key.created',
] as const

export type EntryKind = (typeof ENTRY_KINDS)[number]

/** JSON as it may stand in an entry: no floating point, so that its canonical form is unambiguous. */
export type EntryValue = string | number | boolean | null | readonly EntryValue[] | EntryRecord
export interface EntryRecord {
  readonly [name: string]: EntryValue
}

export const ACTOR_TYPES = ['user', 'api_token', 'client', 'service_account', 'digest_key', 'system'] as const

/** Who made a change. */
export interface EntryActor {
  readonly type: (typeof ACTOR_TYPES)[number]
  readonly id: string
  /** By what the actor acted, where it is not by the credential that `type` names: a user at the console. */
  readonly source?: 'console'
}

export const REASON_CODES = [
  'unspecified',
  'compromised',
  'left_organization',
  'policy',
  'superseded',
  'requested',
  'test',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

interface ContentBase {
  readonly actor: EntryActor
  readonly reason?: { readonly code: ReasonCode; readonly text?: string }
  /** The request or entry that made this one, e.g. `user.password_changed`. */
  readonly cause?: string
}

/** An entry of a kind that the index is made of: subject and data follow from the kind. */
export type IndexedContent = {
  [K in IndexedKind]: ContentBase & {
    readonly kind: K
    readonly subject: SubjectOf<K>
  } & (Record<never, never> extends DataOf<K> ? { readonly data?: DataOf<K> } : { readonly data: DataOf<K> })
}[IndexedKind]

/** An entry that voids nothing. */
export interface RecordContent extends ContentBase {
  readonly kind: Exclude<EntryKind, IndexedKind>
  /** The identifiers that the entry is about: `user`, `client`, `key` (a thumbprint), `issuer`, … */
  readonly subject: Readonly<Record<string, string>>
  /** What the kind carries beside its subject. Never a secret. */
  readonly data?: EntryRecord
}

/** What the writer of an entry says; the log adds the position, the time and the digest. */
export type EntryContent = IndexedContent | RecordContent

export type Entry = EntryContent & {
  readonly position: Position
  /** Milliseconds since the epoch, informational: order comes from `position` alone. */
  readonly at: number
}
