import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
})
