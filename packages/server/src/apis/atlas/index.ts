import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import type { ServiceTokenServices } from '../../tokens/service-tokens.ts'
import { answerUnknownPaths } from '../unknown-paths.ts'
import { apiKeys } from './api-keys.ts'
import { authenticateRequests } from './authentication.ts'
import { readJsonBodies } from './body.ts'
import { errorRenderer } from './errors/handler.ts'
import { refusal } from './errors/refusal.ts'
import { events } from './events.ts'
import { FailureLimits } from './failure-limits.ts'
import { federationSettings } from './federation-settings.ts'
import { groupApiKeys } from './group-api-keys.ts'
import { groupServiceAccounts } from './group-service-accounts.ts'
import { groups } from './groups.ts'
import { identityProviders } from './identity-providers.ts'
import { atlasOAuth } from './oauth.ts'
import { organizationSettings } from './organization-settings.ts'
import { organizations } from './organizations.ts'
import { rateLimitSets } from './rate-limit-sets.ts'
import { TokenBuckets } from './rate-limits.ts'
import { roleMappings } from './role-mappings.ts'
import { type AtlasResource, atlasRoutes } from './route.ts'
import { serviceAccounts } from './service-accounts.ts'
import { systemStatus } from './system-status.ts'

export interface AtlasApiOptions {
  /** What the published limits of rates are multiplied by; 1 unless told. */
  readonly rateFactor?: number
}

const RESOURCES: readonly AtlasResource<ServiceTokenServices>[] = [
  systemStatus,
  organizations,
  organizationSettings,
  groups,
  apiKeys,
  groupApiKeys,
  serviceAccounts,
  groupServiceAccounts,
  events,
  federationSettings,
  identityProviders,
  roleMappings,
]

/** The Atlas Administration API, mounted at `/api/atlas/v2`. What a request passes on its way stands here in order. */
export function atlasApi(
  authority: Authority,
  services: ServiceTokenServices,
  { rateFactor = 1 }: AtlasApiOptions = {},
): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(errorRenderer(() => authority.publicUrl))
    answerUnknownPaths(app, {
      notFound: (path) => refusal('RESOURCE_NOT_FOUND', path.slice(0, 128)),
      methodNotAllowed: (method) => refusal('METHOD_NOT_ALLOWED', method),
    })
    authenticateRequests(app, authority, services, new FailureLimits(authority.clock))
    readJsonBodies(app)
    const buckets = new TokenBuckets(authority.clock, rateFactor)
    const atlas = atlasRoutes(app, authority, buckets)
    for (const resource of RESOURCES) resource(atlas, authority, services)
    rateLimitSets(atlas, buckets, atlas.places)
  }
}

/** How service accounts get their access tokens, `/api/oauth/…`. */
export function atlasOAuthApi(
  authority: Authority,
  services: ServiceTokenServices,
  { rateFactor = 1 }: AtlasApiOptions = {},
): FastifyPluginAsync {
  return async (app: FastifyInstance) =>
    atlasOAuth(app, authority, services, { rateFactor, failures: new FailureLimits(authority.clock) })
}
