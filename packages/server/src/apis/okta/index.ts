import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { answerUnknownPaths } from '../unknown-paths.ts'
import { authenticateRequests, type OktaAuthenticator, requireAuthentication } from './authentication.ts'
import { clientRegistration } from './client-registration.ts'
import { renderError } from './error-handler.ts'
import { globalTokenRevocation } from './global-token-revocation.ts'
import { readJsonBodies, requireLength } from './json-body.ts'
import type { PermissionOptions } from './permissions.ts'
import { limitRates, RateLimiter } from './rate-limits.ts'
import { renderRegistrationError } from './registration-errors.ts'
import { nameRequests } from './request-ids.ts'
import { RequestRefused } from './request-refused.ts'
import { RESOURCES } from './resources.ts'
import { type OktaResource, type OktaServices, oktaRoutes } from './route.ts'
import { sswsAuthenticator } from './ssws.ts'

export type { OktaAuthenticator } from './authentication.ts'
export type { OktaServices } from './route.ts'

export interface OktaApiOptions extends PermissionOptions {
  /** Per credential, and per source address for requests without a good one. 1200 unless told. */
  readonly requestsPerMinute?: number
  /** Schemes of the `Authorization` header beside `SSWS`. */
  readonly authenticators?: readonly OktaAuthenticator[]
}

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
    answerUnknownPaths(app, {
      notFound: () => new RequestRefused({ code: 'E0000008' }),
      methodNotAllowed: () => new RequestRefused({ code: 'E0000022' }),
    })
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
