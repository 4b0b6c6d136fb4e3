import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('the page for device codes on $name', (database) => {
  let okta: TestOkta
  let page: string

  beforeAll(async () => {
    okta = await openTestOkta(database)
    const created = await okta.call(okta.adminA, 'POST /authorizationServers', {
      name: 'device',
      description: '',
      audiences: ['https://device.example.com'],
    })
    page = `/oauth2/${created.body.id}/v1/device`
  })

  afterAll(async () => {
    await okta.close()
  })

  // The library notes something in the session of a browser that has none, and then fails to save it.
  it('answers a form that no page sent', async () => {
    const reply = await okta.app.inject({
      method: 'POST',
      url: page,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'user_code=x',
    })
    expect(reply.statusCode).toBeLessThan(500)
  })

  it('answers a return to nowhere', async () => {
    expect((await okta.app.inject(`${page}/none`)).statusCode).toBeLessThan(500)
  })
})
