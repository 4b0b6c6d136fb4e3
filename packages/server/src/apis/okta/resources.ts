import { apiTokens } from './api-tokens.ts'
import { applicationGrants } from './application-grants.ts'
import { applicationTokens } from './application-tokens.ts'
import { applications } from './applications.ts'
import { authorizationServerTokens } from './authorization-server-tokens.ts'
import { authorizationServers } from './authorization-servers.ts'
import { clientKeys } from './client-keys.ts'
import { clientSecrets } from './client-secrets.ts'
import { resourceServerKeys } from './resource-server-keys.ts'
import type { OktaResource } from './route.ts'
import { scopes } from './scopes.ts'
import { signingKeys } from './signing-keys.ts'
import { tokenHolders } from './token-holders.ts'
import { userGrants } from './user-grants.ts'
import { userLifecycle } from './user-lifecycle.ts'
import { userRoles } from './user-roles.ts'
import { userSessions } from './user-sessions.ts'
import { userTokens } from './user-tokens.ts'
import { users } from './users.ts'

/** What the Okta Management API consists of. */
export const RESOURCES: readonly OktaResource[] = [
  apiTokens,
  users,
  userLifecycle,
  userRoles,
  applications,
  applicationGrants,
  clientKeys,
  clientSecrets,
  authorizationServers,
  scopes,
  resourceServerKeys,
  signingKeys,
  userTokens,
  applicationTokens,
  authorizationServerTokens,
  tokenHolders,
  userGrants,
  userSessions,
]
