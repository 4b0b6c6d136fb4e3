import { randomUUID } from 'node:crypto'
import { createServer, maxHeaderSize, type Server } from 'node:http'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactoryHandler,
  fastify,
} from 'fastify'
import { atlasApi, atlasOAuthApi } from '../apis/atlas/index.ts'
import { consoleApp } from '../apis/console/index.ts'
import { ConsoleAccess } from '../apis/console-access.ts'
import { Acknowledgements, acknowledgementShortcut } from '../apis/native/acknowledgements.ts'
import { answerUnknownPaths, renderError } from '../apis/native/errors.ts'
import { nativeApi } from '../apis/native/index.ts'
import { logApi } from '../apis/native/log.ts'
import { asksForLogSocket } from '../apis/native/log-socket.ts'
import { receiptKeysApi } from '../apis/native/receipts.ts'
import { oauthApi, publishedKeysShortcut } from '../apis/oauth/index.ts'
import { accessTokenAuthenticators } from '../apis/okta/bearer.ts'
import { oktaApi, oktaRegistrationApi, oktaUniversalLogout } from '../apis/okta/index.ts'
import { OrganizationsByHost } from '../apis/organization-by-host.ts'
import { type Authority, VERSION } from '../authority/index.ts'
import { Deliveries } from '../federation/delivery/deliveries.ts'
import { ConsoleSessions } from '../oidc/console/sessions.ts'
import { openSqlServices, type PostgresListener } from '../sql/index.ts'
import { lazySerializers, lazyValidators } from './lazy-compilers.ts'
import { collapseLeadingSlashes } from './leading-slashes.ts'
import { escapeMalformed } from './malformed-escapes.ts'
import { measureEffects, measureRequests } from './metrics.ts'
import { OneLinePerRequest } from './one-line-per-request.ts'
import { type OperationsOptions, operations } from './operations.ts'
import { openTokenServices } from './token-services.ts'
import { endUpgradedConnections } from './upgraded-connections.ts'

/** The largest request body, in bytes. */
const BODY_LIMIT = 1_048_576

export interface HttpOptions extends OperationsOptions {
  /** Requests per minute and credential that the Okta dialect answers before it says 429. */
  readonly oktaRequestsPerMinute: number
  /** What the limits of rates of the Atlas dialect are multiplied by; 1 unless told. */
  readonly atlasRateFactor?: number
  /** The port that speaks PostgreSQL's protocol, for the same statements; closed with the rest. */
  readonly postgres?: PostgresListener | undefined
  /** Addresses or ranges of proxies whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustedProxies: readonly string[]
}

/**
 * The whole HTTP surface over an authority: one encapsulated plugin per wire language, each with its own
 * authentication and its own rendering of errors. It does not listen; `close()` answers what is in flight first.
 *
 * JSON bodies that carry `__proto__` or a `constructor.prototype` are refused by the parser, bodies are validated
 * without coercion, and a slash too many at the front of the path is forgiven (Okta SDKs send `//api/v1/…` when
 * their `orgUrl` ends in a slash).
 */
export function buildHttp(authority: Authority, options: HttpOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = authority.logger
  const acknowledgements = new Acknowledgements(new Deliveries(authority))
  const app = fastify({
    loggerInstance,
    logController: new OneLinePerRequest(),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    rewriteUrl: (request) => escapeMalformed(collapseLeadingSlashes(request.url ?? '/')),
    // As long as a request line may be: whatever is too long for an id is unknown, in the dialect's own words.
    schemaController: { compilersFactory: { buildSerializer: lazySerializers } },
    routerOptions: { maxParamLength: maxHeaderSize },
    forceCloseConnections: 'idle',
    serverFactory: (handler) => serve(authority, acknowledgements, handler),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(lazyValidators)
  endUpgradedConnections(app, app.server)
  app.register(swagger, { openapi: { info: { title: 'Rescind', version: VERSION } } })
  // Outside every dialect, refusals are the native API's.
  app.setErrorHandler(renderError)
  answerUnknownPaths(app)
  const metrics = measureRequests(app)
  measureEffects(app, authority, metrics)
  app.register(operations(authority, metrics, options))
  const tokens = openTokenServices(authority)
  const sql = openSqlServices(authority, tokens.knowledge)
  options.postgres?.serve(sql)
  app.addHook('onClose', async () => {
    await options.postgres?.close()
    sql.processes.close()
    tokens.close()
  })
  const okta = {
    requestsPerMinute: options.oktaRequestsPerMinute,
    authenticators: accessTokenAuthenticators(tokens.issuers),
  }
  app.register(oktaApi(authority, tokens, okta), { prefix: '/api/v1' })
  app.register(oktaRegistrationApi(authority, tokens, okta), { prefix: '/oauth2/v1/clients' })
  app.register(oktaUniversalLogout(authority, tokens, okta), { prefix: '/oauth2/v1/global-token-revocation' })
  const atlas = { rateFactor: options.atlasRateFactor ?? 1 }
  app.register(atlasApi(authority, tokens, atlas), { prefix: '/api/atlas/v2' })
  app.register(atlasOAuthApi(authority, tokens, atlas))
  const hosts = new OrganizationsByHost(authority)
  const console = new ConsoleAccess(authority, new ConsoleSessions(authority, tokens.knowledge), hosts)
  app.register(nativeApi(authority, { ...tokens, console, sql }), { prefix: '/api/rescind/v1' })
  app.register(receiptKeysApi(authority, hosts), { prefix: '/api/rescind/v1' })
  app.register(logApi(authority, acknowledgements), { prefix: '/api/rescind/v1' })
  app.register(oauthApi(authority, { ...tokens, hosts }))
  app.register(consoleApp({ authority, providers: tokens.providers, access: console }))
  return app
}

/** Published keys and plain acknowledgements are answered before anything else; all other requests go to Fastify. */
function serve(
  authority: Authority,
  acknowledgements: Acknowledgements,
  handler: FastifyServerFactoryHandler,
): Server {
  const answersKeys = publishedKeysShortcut(authority)
  const takesAcknowledgement = acknowledgementShortcut(acknowledgements, handler)
  const server = createServer({ shouldUpgradeCallback: asksForLogSocket }, (request, response) => {
    // Once it does not listen any more, Fastify says so to whoever still is connected.
    const isShort =
      answersKeys(request, response) || (server.listening && takesAcknowledgement(request, response))
    if (!isShort) handler(request, response)
  })
  // Fastify's own default, longer than the idle time of usual balancers.
  server.keepAliveTimeout = 72_000
  return server
}
