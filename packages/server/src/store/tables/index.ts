import type { ApiEncryptionKeys } from './api-encryption-keys.ts'
import type { Apis } from './apis.ts'
import type { Applications } from './applications.ts'
import type { AuthorizationServers, Scopes } from './authorization-servers.ts'
import type { BlockedKeys } from './blocked-keys.ts'
import type { ClientKeys } from './client-keys.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { Installation } from './installation.ts'
import type { LogEntries, LogHeads } from './log.ts'
import type { Organizations } from './organizations.ts'
import type { SigningKeys, SigningRings } from './signing-keys.ts'

/** The schema as the queries see it. Times are milliseconds since the epoch; flags are 0 or 1; JSON is text. */
export interface Tables {
  installation: Installation
  organizations: Organizations
  log_heads: LogHeads
  log_entries: LogEntries
  authorization_servers: AuthorizationServers
  scopes: Scopes
  apis: Apis
  api_encryption_keys: ApiEncryptionKeys
  signing_rings: SigningRings
  signing_keys: SigningKeys
  applications: Applications
  client_secrets: ClientSecrets
  client_keys: ClientKeys
  blocked_keys: BlockedKeys
}
