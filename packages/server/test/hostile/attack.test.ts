import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta } from '../support/okta.ts'
import { faultsOf, tablesChangedBy } from './attack.ts'
import { faultOfRefusal } from './dialects.ts'
import { RawClient } from './requests.ts'

const envelope = {
  errorCode: 'E0000001',
  errorSummary: 'Api validation failed: x',
  errorLink: 'E0000001',
  errorId: 'oae0dLhxVgvTTevmxzYcno6Ng',
  errorCauses: [],
}
const reply = (status: number, body: unknown, contentType = 'application/json; charset=utf-8') => ({
  status,
  contentType,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('a refusal', () => {
  it.each([
    ['/api/v1/apps', reply(400, envelope)],
    ['/api/rescind/v1/log', reply(404, { code: 'not_found', message: 'no', details: {} })],
    ['/oauth2/default/v1/keys', reply(404, { error: 'invalid_request' })],
    ['/healthz', reply(405, '')],
  ])('of %s is good', (url, response) => {
    expect(faultOfRefusal(url, response)).toBeUndefined()
  })

  it.each([
    ['an acceptance', '/api/v1/apps', reply(200, envelope)],
    ['a failure of the server', '/api/v1/apps', reply(500, { ...envelope, errorCode: 'E0000009' })],
    ['a page', '/api/v1/apps', reply(400, '<html>', 'text/html')],
    ['text that says JSON', '/api/v1/apps', reply(400, 'no')],
    ['the envelope of another dialect', '/api/v1/apps', reply(400, { error: 'invalid_request' })],
    [
      'the envelope of the framework',
      '/api/v1/apps',
      reply(404, { statusCode: 404, error: 'Not Found', message: '' }),
    ],
    ['an engine’s words', '/api/v1/apps', reply(400, { ...envelope, errorSummary: 'SQLITE_CONSTRAINT' })],
  ])('is not %s', (_, url, response) => {
    expect(faultOfRefusal(url, response)).not.toBeUndefined()
  })
})

describe.each(DATABASES)('the harness on $name', (database) => {
  it('sees each change, and answers that should not be', async () => {
    const okta = await openTestOkta(database)
    const client = new RawClient(await okta.listen())
    const { store } = okta.authority
    const create = {
      name: 'a good request',
      method: 'POST',
      target: '/api/v1/api-tokens',
      headers: { ...okta.adminA.header, 'content-type': 'application/json' },
      body: Buffer.from('{"name":"x"}'),
    }
    const changed = await tablesChangedBy(store, async () => {
      expect(await faultsOf([create], client)).toEqual(['a good request: status 201'])
    })
    expect(changed).toEqual(expect.arrayContaining(['api_tokens', 'log_entries']))
    expect(await faultsOf([{ ...create, mayPass: true }], client)).toEqual([])
    expect(await tablesChangedBy(store, async () => undefined)).toEqual([])
    client.close()
    await okta.close()
  })
})

it('does not wait for ever, and says when a connection breaks', async () => {
  const server = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new RawClient(`http://127.0.0.1:${port}`)
  await expect(client.send({ method: 'GET', target: '/' })).rejects.toThrow()
  client.close()
  server.close()
})
