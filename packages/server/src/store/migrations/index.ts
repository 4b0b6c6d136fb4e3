import type { Kysely } from 'kysely'
import type { Store } from '../store.ts'
import type { Tables } from '../tables/index.ts'
import { acknowledgementBatches } from './acknowledgement-batches.ts'
import { apiEncryptionKeys } from './api-encryption-keys.ts'
import { apiStatus } from './api-status.ts'
import { apiTokenVerifiers } from './api-token-verifiers.ts'
import { apiTokens } from './api-tokens.ts'
import { apis } from './apis.ts'
import { applicationGrants } from './application-grants.ts'
import { applications } from './applications.ts'
import { atlasCredentials } from './atlas-credentials.ts'
import { authorizationServers } from './authorization-servers.ts'
import { blockedKeys } from './blocked-keys.ts'
import { busyLedger } from './busy-ledger.ts'
import { clientKeys } from './client-keys.ts'
import { clientSecrets } from './client-secrets.ts'
import { clusters } from './clusters.ts'
import { digestKeys } from './digest-keys.ts'
import { federatedIdentities } from './federated-identities.ts'
import { federations } from './federations.ts'
import { foundation } from './foundation.ts'
import { groups } from './groups.ts'
import { logHalts } from './log-halts.ts'
import { logoutDeliveries } from './logout-deliveries.ts'
import { lowestPositions } from './lowest-positions.ts'
import { oidcRecords } from './oidc-records.ts'
import { policies } from './policies.ts'
import { providerSecrets } from './provider-secrets.ts'
import { revocationEffects } from './revocation-effects.ts'
import { revocations } from './revocations.ts'
import { serviceAccounts } from './service-accounts.ts'
import { sessionProviders } from './session-providers.ts'
import { signingKeys } from './signing-keys.ts'
import { statusLists } from './status-lists.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'

/** One step of the schema, forward only. */
export interface Migration {
  readonly name: string
  up(db: Kysely<Tables>, dialect: Store['dialect']): Promise<void>
}

/** In order. A step that has shipped is never edited; the next one is appended. */
export const MIGRATIONS: readonly Migration[] = [
  foundation,
  authorizationServers,
  apis,
  apiEncryptionKeys,
  signingKeys,
  applications,
  clientSecrets,
  clientKeys,
  blockedKeys,
  digestKeys,
  serviceAccounts,
  tokens,
  oidcRecords,
  users,
  apiTokens,
  revocations,
  applicationGrants,
  clusters,
  logoutDeliveries,
  lowestPositions,
  policies,
  apiStatus,
  groups,
  atlasCredentials,
  statusLists,
  logHalts,
  federations,
  revocationEffects,
  apiTokenVerifiers,
  federatedIdentities,
  busyLedger,
  sessionProviders,
  acknowledgementBatches,
  providerSecrets,
]
