import type { AccessEntries } from './access-lists.ts'
import type { ApiEncryptionKeys } from './api-encryption-keys.ts'
import type { ApiTokens } from './api-tokens.ts'
import type { Apis } from './apis.ts'
import type { ApplicationGrants } from './application-grants.ts'
import type { Applications } from './applications.ts'
import type { AuthorizationServers, Scopes } from './authorization-servers.ts'
import type { BlockedKeys } from './blocked-keys.ts'
import type { ClientKeys } from './client-keys.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { ClusterCredentials, ClusterNodes, Clusters, NodeLeases } from './clusters.ts'
import type { DigestKeys } from './digest-keys.ts'
import type { DigestNonces } from './digest-nonces.ts'
import type { FederatedIdentities } from './federated-identities.ts'
import type { FederationDomains, FederationOrganizations, Federations, RoleMappings } from './federations.ts'
import type { GroupMembers, Groups } from './groups.ts'
import type { IdentityProviders, ProviderKeySets, ProviderKeys } from './identity-providers.ts'
import type { Installation } from './installation.ts'
import type { LogEntries, LogFloors, LogHeads, LogIncarnations } from './log.ts'
import type { LogHalts } from './log-halts.ts'
import type { LogoutDeliveries, SessionClients } from './logout-deliveries.ts'
import type { OidcRecords } from './oidc-records.ts'
import type { OrganizationSettings } from './organization-settings.ts'
import type { Organizations } from './organizations.ts'
import type { Policies } from './policies.ts'
import type { AcknowledgementBatches, ReceiptKeys, RevocationReceipts, Revocations } from './revocations.ts'
import type { ServiceAccountSecrets, ServiceAccounts } from './service-accounts.ts'
import type { ServiceTokens } from './service-tokens.ts'
import type { SigningKeys, SigningRings } from './signing-keys.ts'
import type { StatusLists, StatusPlaces } from './status-lists.ts'
import type { Tokens } from './tokens.ts'
import type { UserRoles, Users } from './users.ts'

/** The schema as the queries see it. Times are milliseconds since the epoch; flags are 0 or 1; JSON is text. */
export interface Tables {
  installation: Installation
  organizations: Organizations
  log_heads: LogHeads
  log_incarnations: LogIncarnations
  log_entries: LogEntries
  log_floors: LogFloors
  log_halts: LogHalts
  authorization_servers: AuthorizationServers
  scopes: Scopes
  apis: Apis
  api_encryption_keys: ApiEncryptionKeys
  signing_rings: SigningRings
  signing_keys: SigningKeys
  applications: Applications
  application_grants: ApplicationGrants
  client_secrets: ClientSecrets
  client_keys: ClientKeys
  blocked_keys: BlockedKeys
  digest_keys: DigestKeys
  service_accounts: ServiceAccounts
  service_account_secrets: ServiceAccountSecrets
  service_tokens: ServiceTokens
  digest_nonces: DigestNonces
  access_entries: AccessEntries
  groups: Groups
  group_members: GroupMembers
  organization_settings: OrganizationSettings
  users: Users
  user_roles: UserRoles
  api_tokens: ApiTokens
  tokens: Tokens
  status_lists: StatusLists
  status_places: StatusPlaces
  oidc_records: OidcRecords
  revocations: Revocations
  revocation_receipts: RevocationReceipts
  receipt_keys: ReceiptKeys
  acknowledgement_batches: AcknowledgementBatches
  policies: Policies
  session_clients: SessionClients
  logout_deliveries: LogoutDeliveries
  clusters: Clusters
  cluster_credentials: ClusterCredentials
  cluster_nodes: ClusterNodes
  node_leases: NodeLeases
  federations: Federations
  federation_organizations: FederationOrganizations
  federation_domains: FederationDomains
  role_mappings: RoleMappings
  identity_providers: IdentityProviders
  provider_key_sets: ProviderKeySets
  provider_keys: ProviderKeys
  federated_identities: FederatedIdentities
}
