import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildHttp } from '../../src/start/http.ts'
import { openTestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestHttp, type TestHttp } from '../support/http.ts'

describe.each(DATABASES)('operations on $name', (database) => {
  let http: TestHttp
  beforeAll(async () => {
    http = await openTestHttp(database)
  })
  afterAll(() => http.close())

  it.each([
    ['/healthz', { status: 'alive' }],
    ['/readyz', { status: 'ready' }],
    ['//readyz', { status: 'ready' }],
  ])('%s answers 200', async (url, body) => {
    const reply = await http.app.inject({ url })
    expect([reply.statusCode, reply.json()]).toEqual([200, body])
  })

  it('/metrics speaks Prometheus', async () => {
    const reply = await http.app.inject({ url: '/metrics' })
    expect(reply.headers['content-type']).toMatch(/^text\/plain/)
    expect(reply.body).toContain('process_cpu_seconds_total')
  })

  it('/openapi.json is generated from the routes', async () => {
    const document = (await http.app.inject({ url: '/openapi.json' })).json()
    expect(document.openapi).toMatch(/^3\./)
    expect(Object.keys(document.paths)).toContain('/readyz')
  })

  it('counts requests by the pattern of their route', async () => {
    await http.app.inject({ url: '/api/v1/apps/0oaSECRETSECRETSECR' })
    const { body } = await http.app.inject({ url: '/metrics' })
    expect(body).toContain('route="/api/v1/apps/:appId"')
    expect(body).not.toContain('SECRET')
  })

  it('refuses in the form of the native API where no dialect is', async () => {
    const reply = await http.app.inject({ url: '/nowhere' })
    expect([reply.statusCode, reply.json().code]).toEqual([404, 'not_found'])
  })

  it('/readyz turns work away while draining, and once the store does not answer', async () => {
    const authority = await openTestAuthority(database)
    let draining = true
    const app = buildHttp(authority, {
      oktaRequestsPerMinute: 1,
      trustedProxies: [],
      draining: () => draining,
    })
    const statusOf = async () => (await app.inject({ url: '/readyz' })).statusCode
    expect(await statusOf()).toBe(503)
    draining = false
    expect(await statusOf()).toBe(200)
    await authority.close()
    expect(await statusOf()).toBe(503)
    await app.close()
  })
})
