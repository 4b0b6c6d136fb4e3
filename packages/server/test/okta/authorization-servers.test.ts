import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('authorization servers on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
  })
  afterAll(() => okta.close())
  it('smoke', async () => {
    const r = await okta.call(okta.adminA, 'POST /authorizationServers', { name: 'x', audiences: ['api://x'] })
    console.log(JSON.stringify(r.body, null, 1))
    const l = await okta.call(okta.adminA, 'GET /authorizationServers?q=X&limit=1')
    console.log(l.status, l.headers.link, l.body.length)
    console.log((await okta.call(okta.adminA, `POST /authorizationServers/${r.body.id}/credentials/lifecycle/keyRotate`, { use: 'sig' })).body)
    console.log((await okta.call(okta.adminA, `POST /authorizationServers/${r.body.id}/credentials/lifecycle/keyRotate`, { use: 'enc' })).body)
    console.log((await okta.call(okta.adminA, `GET /authorizationServers/${r.body.id}/scopes?q=ope`)).body)
    console.log((await okta.call(okta.adminA, `DELETE /authorizationServers/${r.body.id}`)).status)
    console.log(okta.logged().split('\n').filter(l => l.includes('"level":50')))
  })
})
