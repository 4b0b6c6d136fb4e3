import { once } from 'node:events'
import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Authority } from '../authority/index.ts'
import { startProviderKeyRefresh } from '../federation/provider-keys/refresh.ts'
import { startRotation } from '../keys/rotation.ts'
import { startLogoutDelivery } from '../oidc/logout-delivery.ts'
import { startEffects } from '../revocation/effect/completion.ts'
import type { PostgresListener } from '../sql/index.ts'
import { startJanitor } from '../tokens/janitor.ts'
import type { Configuration } from './configuration/index.ts'
import { credentialsShown, firstStart } from './first-start.ts'
import { buildHttp } from './http.ts'
import { openAuthority } from './open-authority.ts'
import { BACKLOG, type BoundPort, bindPort } from './port.ts'
import { bindPostgres } from './postgres-port.ts'

/** How long requests in flight may take to end once the server was told to stop, in milliseconds. */
const DRAIN_LIMIT = 20_000

export interface Serving {
  readonly authority: Authority
  /** `<scheme>://<host>[:port]` as the ready line names it. */
  readonly url: string
  /** Where the server can be reached from this machine, whatever proxies stand before it. */
  readonly localUrl: string
  /**
   * Says on stdout what the first start generated and then, once `/readyz` answers 200, that the server is ready.
   * Be prepared to stop before: whoever reads that line may say so at once.
   */
  announce(): Promise<void>
  /** Turns new work away, finishes what is in flight, closes the store. */
  stop(): Promise<void>
}

export interface Surroundings {
  readonly logger: Logger
  /** Writes one line to stdout. */
  readonly print: (line: string) => void
  readonly onFatal: (failure: unknown) => void
}

/**
 * The whole start: port, master key, database, first start, HTTP. It serves, and has yet to say so.
 *
 * @throws ConfigurationError, MasterKeyRefused, StoreRefused: each has a message for the operator
 */
export async function serve(
  configuration: Configuration,
  { logger, print, onFatal }: Surroundings,
): Promise<Serving> {
  const bound = await bindPort(configuration.host, configuration.port)
  const url = configuration.publicUrl ?? `http://localhost:${bound.number}`
  let authority: Authority
  let postgres: PostgresListener | undefined
  try {
    postgres = await bindPostgres(configuration)
    authority = await openAuthority(configuration, url, logger, { onFatal })
  } catch (failure) {
    bound.handle.close()
    await postgres?.close()
    throw failure
  }
  const stopping = new AbortController()
  const generated = await firstStart(authority, configuration.firstStart)
  const app = buildHttp(authority, {
    oktaRequestsPerMinute: configuration.oktaRequestsPerMinute,
    atlasRateFactor: configuration.atlasRateFactor,
    trustedProxies: configuration.trustedProxies,
    postgres,
    draining: () => stopping.signal.aborted,
  })
  await listen(app, bound)
  if (postgres !== undefined) logger.info({ port: postgres.port }, 'SQL over the PostgreSQL protocol')
  const rotation = startRotation(authority, stopping.signal)
  const janitor = startJanitor(authority, stopping.signal)
  const logouts = startLogoutDelivery(authority, stopping.signal)
  const effects = startEffects(authority, stopping.signal)
  const providerKeys = startProviderKeyRefresh(authority, stopping.signal)
  return {
    authority,
    url,
    localUrl: `http://localhost:${bound.number}`,
    async announce() {
      for (const [name, value] of generated) print(`${name}=${value.reveal()}`)
      if (generated.size > 0) await credentialsShown(authority)
      const { statusCode } = await app.inject({ url: '/readyz' })
      if (statusCode !== 200) throw new Error(`/readyz answers ${statusCode}`)
      print(`rescind ready on ${url}`)
    },
    async stop() {
      stopping.abort()
      await drain(app)
      await Promise.all([rotation, janitor])
      await Promise.all([logouts, effects, providerKeys])
      await authority.store.close()
    },
  }
}

async function listen(app: FastifyInstance, { handle }: BoundPort): Promise<void> {
  await app.ready()
  const listening = once(app.server, 'listening')
  // Whoever takes a port over says again how many may wait.
  app.server.listen(handle, BACKLOG)
  await listening
}

/** Closes the port, answers what is in flight, and lets go of connections as they fall idle. */
async function drain(app: FastifyInstance): Promise<void> {
  const server: Server = app.server
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const limit = setTimeout(() => server.closeAllConnections(), DRAIN_LIMIT)
  await Promise.all([closed, app.close()])
  clearInterval(sweep)
  clearTimeout(limit)
}
