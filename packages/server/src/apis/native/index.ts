import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import type { Knowledge } from '../../log/index.ts'
import type { SqlServices } from '../../sql/index.ts'
import type { Issuers } from '../../tokens/issuers.ts'
import type { ConsoleAccess } from '../console-access.ts'
import { apis } from './apis.ts'
import { applicationKeys } from './application-keys.ts'
import { applicationSecrets } from './application-secrets.ts'
import { applications } from './applications.ts'
import { audit } from './audit.ts'
import { requireActor } from './authentication.ts'
import { authorizationServers } from './authorization-servers.ts'
import { bootstrap } from './bootstrap.ts'
import { clusters } from './clusters.ts'
import { encryptionKeys } from './encryption-keys.ts'
import { answerUnknownPaths, renderError } from './errors.ts'
import { federations } from './federations.ts'
import { identityProviders } from './identity-providers.ts'
import { readJsonBodies } from './json-body.ts'
import { logouts } from './logouts.ts'
import { organizations } from './organizations.ts'
import { overview } from './overview.ts'
import { policy } from './policy.ts'
import { progress } from './progress.ts'
import { receipts } from './receipts.ts'
import { revocationBatch } from './revocation-batch.ts'
import { revocations } from './revocations.ts'
import { roleMappings } from './role-mappings.ts'
import { samlProviders } from './saml-providers.ts'
import { scopes } from './scopes.ts'
import { signing } from './signing.ts'
import { sql } from './sql.ts'
import { sqlCatalogue } from './sql-catalogue.ts'
import { tokens } from './tokens.ts'
import { userAccess } from './user-access.ts'
import { userIdentities } from './user-identities.ts'
import { userLifecycle } from './user-lifecycle.ts'
import { users } from './users.ts'

/** What the native API works with, beside the authority. */
export interface NativeServices {
  readonly knowledge: Knowledge
  readonly issuers: Issuers
  readonly console: ConsoleAccess
  readonly sql: SqlServices
}

/** The native API, mounted at `/api/rescind/v1`. What a request passes on its way stands here in order. */
export function nativeApi(
  authority: Authority,
  { knowledge, issuers, console, sql: sqlServices }: NativeServices,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler(renderError)
    answerUnknownPaths(app)
    requireActor(app, authority, issuers, console)
    readJsonBodies(app)
    bootstrap(app, authority)
    organizations(app, authority)
    apis(app, authority)
    audit(app, authority)
    logouts(app, authority)
    policy(app, authority)
    clusters(app, authority)
    federations(app, authority)
    identityProviders(app, authority)
    samlProviders(app, authority)
    roleMappings(app, authority)
    authorizationServers(app, authority)
    scopes(app, authority)
    encryptionKeys(app, authority)
    signing(app, authority)
    revocationBatch(app, authority)
    overview(app, authority)
    users(app, authority)
    applications(app, authority)
    applicationSecrets(app, authority)
    applicationKeys(app, authority)
    userLifecycle(app, authority)
    userAccess(app, authority, knowledge)
    userIdentities(app, authority)
    tokens(app, authority, knowledge)
    revocations(app, authority, knowledge)
    sql(app, sqlServices)
    sqlCatalogue(app)
    progress(app, authority)
    receipts(app, authority)
  }
}
