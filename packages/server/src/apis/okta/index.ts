import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { apiTokens } from './api-tokens.ts'
import { applicationGrants } from './application-grants.ts'
import { applicationTokens } from './application-tokens.ts'
import { applications } from './applications.ts'
import { authenticateRequests, type OktaAuthenticator, requireAuthentication } from './authentication.ts'
import { authorizationServerTokens } from './authorization-server-tokens.ts'
import { authorizationServers } from './authorization-servers.ts'
import { clientKeys } from './client-keys.ts'
import { clientRegistration } from './client-registration.ts'
import { clientSecrets } from './client-secrets.ts'
import { renderError } from './error-handler.ts'
import { globalTokenRevocation } from './global-token-revocation.ts'
import { readJsonBodies, requireLength } from './json-body.ts'
import type { PermissionOptions } from './permissions.ts'
import { limitRates, RateLimiter } from './rate-limits.ts'
import { renderRegistrationError } from './registration-errors.ts'
import { nameRequests } from './request-ids.ts'
import { resourceServerKeys } from './resource-server-keys.ts'
import { type OktaResource, type OktaServices, oktaRoutes } from './route.ts'
import { scopes } from './scopes.ts'
import { signingKeys } from './signing-keys.ts'
import { sswsAuthenticator } from './ssws.ts'
import { tokenHolders } from './token-holders.ts'
import { answerUnknownPaths } from './unknown-paths.ts'
import { userGrants } from './user-grants.ts'
import { userLifecycle } from './user-lifecycle.ts'
import { userRoles } from './user-roles.ts'
import { userSessions } from './user-sessions.ts'
import { userTokens } from './user-tokens.ts'
import { users } from './users.ts'

export type { OktaAuthenticator } from './authentication.ts'
export type { OktaServices } from './route.ts'

export interface OktaApiOptions extends PermissionOptions {
  /** Per credential, and per source address for requests without a good one. 1200 unless told. */
  readonly requestsPerMinute?: number
  /** Schemes of the `Authorization` header beside `SSWS`. */
  readonly authenticators?: readonly OktaAuthenticator[]
}

const RESOURCES: readonly OktaResource[] = [
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

/** The Okta Management API, mounted at `/api/v1`. */
export function oktaApi(
  authority: Authority,
  services: OktaServices,
  options: OktaApiOptions = {},
): FastifyPluginAsync {
  return dialect(RESOURCES, renderError, authority, services, options)
}

/** Registration of clients, mounted at `/oauth2/v1/clients`: the same callers, who use the words of RFC 7591. */
export function oktaRegistrationApi(
  authority: Authority,
  services: OktaServices,
  options: OktaApiOptions = {},
): FastifyPluginAsync {
  return dialect([clientRegistration], renderRegistrationError, authority, services, options)
}

/** Universal Logout, mounted at `/oauth2/v1/global-token-revocation`. */
export function oktaUniversalLogout(
  authority: Authority,
  services: OktaServices,
  options: OktaApiOptions = {},
): FastifyPluginAsync {
  return dialect([globalTokenRevocation], renderError, authority, services, options)
}

/** What a request to any of them passes on its way stands here in order. */
function dialect(
  resources: readonly OktaResource[],
  errorHandler: typeof renderError,
  authority: Authority,
  services: OktaServices,
  options: OktaApiOptions,
): FastifyPluginAsync {
  const { requestsPerMinute = 1200, authenticators = [] } = options
  return async (app: FastifyInstance) => {
    app.setErrorHandler(errorHandler)
    answerUnknownPaths(app)
    nameRequests(app)
    authenticateRequests(app, authority, [sswsAuthenticator(authority), ...authenticators])
    limitRates(app, new RateLimiter(requestsPerMinute, authority.clock))
    requireAuthentication(app)
    requireLength(app)
    readJsonBodies(app)
    const okta = oktaRoutes(app, authority, options)
    for (const resource of resources) resource(okta, authority, services)
  }
}
