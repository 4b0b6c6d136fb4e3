import type { FastifyInstance } from 'fastify'
import { buildHttp } from '../../src/start/http.ts'
import { openTestAuthority, type TestAuthority } from './authority.ts'
import type { TestDatabase } from './databases.ts'

export interface TestHttp {
  readonly authority: TestAuthority
  /** For `app.inject(…)`: the real pipeline without a socket. */
  readonly app: FastifyInstance
  /** Binds a free port of the loopback address and gives `http://127.0.0.1:<port>`, for clients that need one. */
  listen(): Promise<string>
  close(): Promise<void>
}

/** The whole HTTP surface over a fresh database with two organizations. */
export async function openTestHttp(
  database: TestDatabase,
  options: { readonly oktaRequestsPerMinute?: number } = {},
): Promise<TestHttp> {
  const authority = await openTestAuthority(database)
  const app = buildHttp(authority, {
    oktaRequestsPerMinute: options.oktaRequestsPerMinute ?? 1_000_000,
    atlasRateFactor: 1_000_000,
    trustedProxies: [],
    draining: () => false,
  })
  await app.ready()
  return {
    authority,
    app,
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      await app.close()
      await authority.close()
    },
  }
}
