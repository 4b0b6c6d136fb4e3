import { faultyStatement } from '../syntax/index.ts'
import { apps, grants, jwks, secrets, tokens } from './okta/apps.ts'
import {
  authorizationServers,
  refreshTokens,
  resourceServerKeys,
  signingKeys,
} from './okta/authorization-servers.ts'
import { oauthTokens, userGrants, users } from './okta/users.ts'
import { clusters, nodes } from './rescind/clusters.ts'
import { identityProviders, providerKeys } from './rescind/federation.ts'
import { allKeys } from './rescind/keys.ts'
import { entries, events } from './rescind/log.ts'
import { receipts, revocations } from './rescind/revocations.ts'
import { tokens as everyToken, tokenCounts } from './rescind/tokens.ts'
import { nameOf, type Resource } from './resource.ts'

export type { Column, ColumnType, Method, MethodAnswer, MethodCall, Resource, Verb } from './resource.ts'
export { COLUMN_TYPES, nameOf, parametersOf, SUBDOMAIN } from './resource.ts'

/** Everything that SQL can name, in the order in which it is listed. SHOW, DESCRIBE and registries are made from it. */
export const CATALOGUE: readonly Resource[] = [
  apps,
  jwks,
  secrets,
  tokens,
  grants,
  authorizationServers,
  resourceServerKeys,
  signingKeys,
  refreshTokens,
  users,
  oauthTokens,
  userGrants,
  allKeys,
  everyToken,
  tokenCounts,
  revocations,
  receipts,
  clusters,
  nodes,
  identityProviders,
  providerKeys,
  entries,
  events,
]

const BY_NAME: ReadonlyMap<string, Resource> = new Map(
  CATALOGUE.map((resource) => [nameOf(resource), resource]),
)

export function findResource(path: readonly string[]): Resource | undefined {
  return BY_NAME.get(path.join('.'))
}

/** @throws DomainError `sql_invalid` */
export function requireResource(path: readonly string[]): Resource {
  const resource = findResource(path)
  if (resource === undefined)
    throw faultyStatement(
      'there is no resource of that name: SHOW RESOURCES IN okta.apps lists those of a service',
    )
  return resource
}
