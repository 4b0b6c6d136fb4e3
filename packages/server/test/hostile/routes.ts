import { pino } from 'pino'
import { IsSchema, type TSchema } from 'typebox'
import { buildHttp } from '../../src/start/http.ts'
import type { TestAuthority } from '../support/authority.ts'

/** One operation as it is registered: a route that is added is attacked without anybody thinking of it. */
export interface RegisteredRoute {
  readonly method: string
  /** With `:name` or `*` in the place of what the caller chooses. */
  readonly url: string
  readonly parameters: readonly string[]
  readonly body: TSchema | undefined
  readonly query: TSchema | undefined
}

/** HEAD is GET's shadow; the others are methods that a client of HTTP/1.1 here cannot send with a body. */
const UNSENT = new Set(['HEAD', 'TRACE', 'QUERY'])

/** Every route of the whole HTTP surface, in order of registration. */
export async function registeredRoutes(authority: TestAuthority): Promise<readonly RegisteredRoute[]> {
  const routes: RegisteredRoute[] = []
  const app = buildHttp(
    { ...authority, logger: pino({ level: 'silent' }) },
    {
      oktaRequestsPerMinute: 1_000_000,
      atlasRateFactor: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    },
  )
  // Plugins load on the next turn, so this hook is there before their first route.
  app.addHook('onRoute', ({ method, url, schema }) => {
    for (const one of [method].flat()) {
      if (UNSENT.has(one)) continue
      routes.push({
        method: one,
        url,
        parameters: [...url.matchAll(/:(\w+)|\*/g)].map(([found, name]) => name ?? found),
        body: asSchema(schema?.body),
        query: asSchema(schema?.querystring),
      })
    }
  })
  await app.ready()
  await app.close()
  return routes
}

function asSchema(schema: unknown): TSchema | undefined {
  return IsSchema(schema) ? schema : undefined
}
