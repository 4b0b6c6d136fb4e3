import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { activeSigningKey } from '../../src/keys/issuer-keys.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('the signing keys of an issuer on $name', (database) => {
  let server: TestOkta
  beforeAll(async () => {
    server = await openTestOkta(database)
  })
  afterAll(() => server.close())

  async function issuer(name: string): Promise<string> {
    const settings = { name, audiences: [`https://${name}.example.com`] }
    return (await createAuthorizationServer(server.authority, server.authority.actorA, settings)).id
  }
  async function call(method: 'GET' | 'PUT', id: string, body?: object, who = server.adminA) {
    const reply = await server.app.inject({
      method,
      url: `/api/rescind/v1/authorization-servers/${id}/signing`,
      headers: who.header,
      ...(body && { payload: body }),
    })
    return { status: reply.statusCode, body: reply.json() }
  }

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('can be %s from the first on', async (algorithm) => {
    const id = await issuer(`first-${algorithm}`)
    expect((await call('PUT', id, { algorithm })).status).toBe(200)
    const key = await activeSigningKey(server.authority, id)
    expect(key.alg).toBe(algorithm)
    const published = await server.app.inject({ url: `/oauth2/${id}/v1/keys` })
    const token = await new SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey)
    const verified = await jwtVerify(token, createLocalJWKSet(published.json()))
    expect(verified.payload.sub).toBe('x')
  })

  it('keep their algorithm until they have had their turn', async () => {
    const id = await issuer('later')
    const before = await call('GET', id)
    expect(before.body.keys.map((key: { algorithm: string }) => key.algorithm)).toEqual(['RS256', 'RS256'])
    const after = await call('PUT', id, { algorithm: 'ES256' })
    expect(after.body).toMatchObject({ algorithm: 'ES256', keys: before.body.keys })
    expect((await activeSigningKey(server.authority, id)).alg).toBe('RS256')
  })

  it('are nobody else’s business', async () => {
    const id = await issuer('mine')
    expect((await call('PUT', id, { algorithm: 'ES256' }, server.adminB)).status).toBe(404)
    expect((await call('GET', id, undefined, server.adminB)).status).toBe(404)
    expect((await call('PUT', id, { algorithm: 'none' })).status).toBe(400)
  })
})
