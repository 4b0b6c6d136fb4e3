import { type FastifyBaseLogger, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OktaAuthenticator } from '../../src/apis/okta/index.ts'
import { oktaApi } from '../../src/apis/okta/index.ts'
import type { PermissionOptions } from '../../src/apis/okta/permissions.ts'
import { RateLimiter } from '../../src/apis/okta/rate-limits.ts'
import { DomainError } from '../../src/errors/index.ts'
import { openTokenServices } from '../../src/start/token-services.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('the scopes of an access token on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
  })
  afterAll(() => okta.close())

  /** A second scheme beside SSWS: the credential lists the roles and scopes that it stands for. */
  const bearer: OktaAuthenticator = {
    scheme: 'Bearer',
    async authenticate(presented) {
      const [role, ...scopes] = presented.reveal().split(',')
      if (role !== 'organization_admin' && role !== 'organization_reader') return undefined
      const { organizationId } = okta.authority.actorA
      return {
        type: 'client',
        id: '0oaclient',
        name: 'client',
        organizationId,
        roles: new Set([role]),
        scopes: new Set(scopes),
      }
    },
  }
  async function get(authorization: string, options: PermissionOptions = {}) {
    const app = fastify()
    const services = openTokenServices(okta.authority)
    app.addHook('onClose', async () => services.close())
    app.register(oktaApi(okta.authority, services, { ...options, authenticators: [bearer] }), {
      prefix: '/api/v1',
    })
    const reply = await app.inject({ url: '/api/v1/users', headers: { authorization } })
    await app.close()
    return reply
  }

  it.each([
    ['organization_admin,okta.users.read', {}, 200],
    ['organization_reader,okta.users.read', {}, 200],
    ['organization_admin,okta.apps.read,okta.users.read', {}, 200],
    ['organization_admin,okta.users.manage', { manageIncludesRead: true }, 200],
    ['organization_admin,okta.users.manage', {}, 403],
    ['organization_admin,okta.apps.read', { manageIncludesRead: true }, 403],
    ['organization_admin,okta.apps.manage', { manageIncludesRead: true }, 403],
    ['organization_admin', {}, 403],
    ['nobody,okta.users.read', {}, 401],
  ])('%s with %j is answered %i', async (credential, options, status) => {
    expect((await get(`Bearer ${credential}`, options)).statusCode).toBe(status)
  })

  it('says which scope is missing', async () => {
    const reply = await get('Bearer organization_admin,okta.apps.read')
    expect(reply.json().errorCode).toBe('E0000006')
    expect(reply.headers['www-authenticate']).toBe(
      `Bearer authorization_uri="${okta.authority.publicUrl}/oauth2/v1/authorize", realm="${okta.authority.publicUrl}", scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/users"`,
    )
  })

  it('says no scope to a credential that has none', async () => {
    const reply = await get(okta.adminA.header.authorization)
    expect([reply.statusCode, reply.headers['www-authenticate']]).toEqual([200, undefined])
  })
})

describe.each(DATABASES)('a fault of the server on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
  })
  afterAll(() => okta.close())

  async function failWith(fault: Error) {
    const broken: OktaAuthenticator = { scheme: 'Broken', authenticate: () => Promise.reject(fault) }
    const loggerInstance: FastifyBaseLogger = okta.authority.logger
    const app = fastify({ loggerInstance })
    const services = openTokenServices(okta.authority)
    app.addHook('onClose', async () => services.close())
    app.register(oktaApi(okta.authority, services, { authenticators: [broken] }), { prefix: '/api/v1' })
    const reply = await app.inject({ url: '/api/v1/users', headers: { authorization: 'Broken x' } })
    await app.close()
    return reply
  }

  it('is told by its id alone, and in the log by the rest', async () => {
    const reply = await failWith(new Error('something is broken inside'))
    expect([reply.statusCode, reply.json()]).toEqual([
      500,
      {
        errorCode: 'E0000009',
        errorSummary: 'Internal Server Error',
        errorLink: 'E0000009',
        errorId: expect.any(String),
        errorCauses: [],
      },
    ])
    const lines = okta.logged().split('\n')
    expect(lines.find((line) => line.includes(reply.json().errorId))).toContain('something is broken inside')
  })

  it('is 503 where the database does not answer', async () => {
    const { statusCode, headers, body } = await failWith(new DomainError('store_unavailable'))
    expect([statusCode, headers['retry-after']]).toEqual([503, '1'])
    expect(body).toContain('E0000181')
  })
})

describe('a rate limiter', () => {
  it('keeps no more callers than its bound, and is stricter beyond it', () => {
    let now = 0
    const limiter = new RateLimiter(2, { now: () => now })
    for (let caller = 0; caller < 10_000; caller += 1)
      expect(limiter.charge(`caller ${caller}`).exceeded).toBe(false)
    const beyond = ['a', 'b', 'c'].map((caller) => limiter.charge(caller).exceeded)
    expect(beyond).toEqual([false, false, true])
    expect(limiter.charge('caller 0').exceeded).toBe(false)
    now = 60_000
    expect(limiter.charge('c')).toEqual({ limit: 2, remaining: 1, reset: 120, exceeded: false })
  })

  it('begins again when the clock steps back', () => {
    let now = 120_000
    const limiter = new RateLimiter(1, { now: () => now })
    limiter.charge('a')
    now = 0
    expect(limiter.charge('a')).toMatchObject({ exceeded: false, reset: 60 })
  })
})
