import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Actor, Authority, Role } from '../../src/authority/index.ts'
import { createApiToken } from '../../src/directory/api-tokens.ts'
import { preparePassword } from '../../src/directory/passwords.ts'
import { addRole } from '../../src/directory/roles-of-users.ts'
import { createUser } from '../../src/directory/users.ts'
import { Secret } from '../../src/secrets/index.ts'
import { buildHttp } from '../../src/start/http.ts'
import { openTestAuthority, type TestAuthority } from './authority.ts'
import type { TestDatabase } from './databases.ts'

/** What a refused request looks like at Okta's edge. */
export interface OktaReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
  readonly body: any
}

export interface Credential {
  readonly userId: string
  readonly token: string
  /** `Authorization` of the token. */
  readonly header: { readonly authorization: string }
}

export interface TestOkta {
  readonly authority: TestAuthority
  readonly app: FastifyInstance
  /** Administrators of the two organizations. */
  readonly adminA: Credential
  readonly adminB: Credential
  /** Everything that the server has logged. */
  logged(): string
  /** A request with a JSON body, or with none. */
  call(
    who: Credential | undefined,
    place: `${'GET' | 'POST' | 'PUT' | 'DELETE'} ${string}`,
    body?: unknown,
  ): Promise<OktaReply>
  listen(): Promise<string>
  close(): Promise<void>
}

export const ADMIN_PASSWORD = 'correct horse battery staple'

/** The HTTP surface over a fresh database, with an administrator and an API token in each organization. */
export async function openTestOkta(
  database: TestDatabase,
  options: { readonly requestsPerMinute?: number } = {},
): Promise<TestOkta> {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const silent = await openTestAuthority(database)
  let origin = silent.publicUrl
  const authority = {
    ...silent,
    logger: pino({ level: 'trace' }, sink),
    // Links are absolute: once the server listens they lead to where it listens.
    get publicUrl() {
      return origin
    },
  }
  const app = buildHttp(authority, {
    oktaRequestsPerMinute: options.requestsPerMinute ?? 1_000_000,
    atlasRateFactor: 1_000_000,
    trustedProxies: [],
    draining: () => false,
  })
  await app.ready()
  return {
    authority,
    app,
    adminA: await createCredential(authority, authority.actorA, 'organization_admin'),
    adminB: await createCredential(authority, authority.actorB, 'organization_admin'),
    logged: () => lines.join(''),
    async call(who, place, body) {
      const [method, url = ''] = place.split(' ')
      const reply = await app.inject({
        method: method === 'GET' || method === 'PUT' || method === 'DELETE' ? method : 'POST',
        url: `/api/v1${url}`,
        headers: {
          ...who?.header,
          ...(body === undefined ? { 'content-length': '0' } : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      return {
        status: reply.statusCode,
        headers: reply.headers,
        body: reply.body === '' ? undefined : reply.json(),
      }
    },
    async listen() {
      origin = await app.listen({ host: '127.0.0.1', port: 0 })
      return origin
    },
    async close() {
      await app.close()
      await silent.close()
    },
  }
}

/** A user with these roles, and an API token of the user. */
export async function createCredential(
  authority: Authority,
  actor: Actor,
  ...roles: Role[]
): Promise<Credential> {
  const login = `${roles.join('-') || 'nobody'}-${Math.random().toString(36).slice(2)}@example.com`
  const user = await createUser(authority, actor, {
    profile: { login, email: login, firstName: 'Ada', lastName: 'Admin' },
    password: await preparePassword(new Secret(ADMIN_PASSWORD), login),
    activate: true,
  })
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    for (const role of roles) await addRole(tx, actor, user.id, role, authority.clock.now())
  })
  const { value } = await createApiToken(authority, actor, { name: 'test', userId: user.id })
  const token = value.reveal()
  return { userId: user.id, token, header: { authorization: `SSWS ${token}` } }
}
