import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract } from '../contract/validate.ts'
import { serviceBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey, encryptionKey, rsaKey } from '../support/jwks.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('keys of a client through the Okta SDK on $name', (database) => {
  let server: TestOkta
  let client: okta.Client
  let orgUrl: string
  let appId: string

  beforeAll(async () => {
    server = await openTestOkta(database)
    orgUrl = await server.listen()
    client = new okta.Client({
      orgUrl,
      token: server.adminA.token,
      cacheMiddleware: null,
    })
    const application = await client.applicationApi.createApplication({ application: serviceBody() })
    appId = String(application.id)
  })
  afterAll(() => server.close())

  async function add(key: object): Promise<{ readonly id: string }> {
    const added = await client.applicationSSOPublicKeysApi.addJwk({ appId, addJwkRequest: key })
    return { ...added, id: String(added.id) }
  }

  async function list(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { keys = [] } = await client.applicationSSOPublicKeysApi.listJwk({ appId })
    return keys.map((key) => ({ ...key }))
  }

  it('leads a signing and an encryption key through their lives', async () => {
    const api = client.applicationSSOPublicKeysApi
    const rsa = await add(rsaKey('rsa-1', { alg: 'RS256' }))
    const ec = await add(ecKey('ec-1'))
    const enc = await add(encryptionKey('enc-1', { status: 'INACTIVE' }))
    expect((await list()).map((key) => [key.id, key.kid, key.status])).toEqual([
      [rsa.id, 'rsa-1', 'ACTIVE'],
      [ec.id, 'ec-1', 'ACTIVE'],
      [enc.id, 'enc-1', 'INACTIVE'],
    ])
    expect(ec).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig' })
    expect(await api.getJwk({ appId, keyId: rsa.id })).toEqual(rsa)
    expect(await api.activateOAuth2ClientJsonWebKey({ appId, keyId: enc.id })).toMatchObject({
      status: 'ACTIVE',
    })
    expect(await api.deactivateOAuth2ClientJsonWebKey({ appId, keyId: rsa.id })).toMatchObject({
      status: 'INACTIVE',
    })
    expect(await api.deletejwk({ appId, keyId: rsa.id })).toBeUndefined()
    await expect(api.getJwk({ appId, keyId: rsa.id })).rejects.toMatchObject({ status: 404 })
    expect((await list()).map((key) => key.kid)).toEqual(['ec-1', 'enc-1'])
  })

  it('gives the turn to another encryption key, and leaves exactly one active', async () => {
    const next = await add(encryptionKey('enc-2', { status: 'INACTIVE' }))
    await client.applicationSSOPublicKeysApi.activateOAuth2ClientJsonWebKey({ appId, keyId: next.id })
    const encryption = (await list()).filter((key) => key.use === 'enc')
    expect(encryption.map((key) => [key.kid, key.status])).toEqual([
      ['enc-1', 'INACTIVE'],
      ['enc-2', 'ACTIVE'],
    ])
  })

  it('shows a key with its members in order, and links by status', async () => {
    const id = await createSecondApp()
    const path = `/apps/${id}/credentials/jwks`
    const rsa = await server.call(server.adminA, `POST ${path}`, rsaKey('rsa-1', { alg: 'RS256' }))
    const ec = await server.call(server.adminA, `POST ${path}`, ecKey('ec-1', { status: 'INACTIVE' }))
    expectContract('addJwk', rsa.status, rsa.body)
    expectContract('addJwk', ec.status, ec.body)
    expect(Object.keys(rsa.body)).toEqual([
      'kty',
      'id',
      'created',
      'lastUpdated',
      'status',
      'alg',
      'kid',
      'use',
      '_links',
      'e',
      'n',
    ])
    expect(Object.keys(ec.body)).toEqual([
      'kty',
      'id',
      'created',
      'lastUpdated',
      'status',
      'kid',
      'use',
      '_links',
      'x',
      'y',
      'crv',
    ])
    const href = `${orgUrl}/api/v1${path}`
    expect(rsa.body._links).toEqual({
      deactivate: { href: `${href}/${rsa.body.id}/lifecycle/deactivate`, hints: { allow: ['POST'] } },
    })
    expect(ec.body._links).toEqual({
      activate: { href: `${href}/${ec.body.id}/lifecycle/activate`, hints: { allow: ['POST'] } },
      delete: { href: `${href}/${ec.body.id}`, hints: { allow: ['DELETE'] } },
    })
    const listed = await server.call(server.adminA, `GET ${path}`)
    expectContract('listJwk', listed.status, listed.body)
    expect(listed.body).toEqual({ keys: [rsa.body, ec.body] })
  })

  it('passes over read-only members of a request', async () => {
    const id = await createSecondApp()
    const sent = {
      ...ecKey('ec-9'),
      id: 'pks00000000000000000',
      created: 'yesterday',
      lastUpdated: 1,
      _links: [],
    }
    const { status, body } = await server.call(server.adminA, `POST /apps/${id}/credentials/jwks`, sent)
    expect(status).toBe(201)
    expect(body.id).toMatch(/^pks[0-9A-Za-z]{17}$/)
    expect(body.id).not.toBe(sent.id)
    expect(body.created).toBe('2026-01-01T00:00:00.000Z')
  })

  it('says null where a key came without kid and use, while it is alone', async () => {
    const id = await createSecondApp()
    const { kid: _kid, use: _use, ...key } = rsaKey('alone')
    const { body } = await server.call(server.adminA, `POST /apps/${id}/credentials/jwks`, key)
    expect([body.kid, body.use]).toEqual([null, null])
  })

  it('answers a repeated activation and deactivation with the key as it is, and writes nothing', async () => {
    const id = await createSecondApp()
    const path = `/apps/${id}/credentials/jwks` as const
    const { body: key } = await server.call(
      server.adminA,
      `POST ${path}`,
      ecKey('ec-1', { status: 'INACTIVE' }),
    )
    server.authority.clock.advance(1000)
    const again = await server.call(server.adminA, `POST ${path}/${key.id}/lifecycle/deactivate`)
    expect([again.status, again.body]).toEqual([200, key])
  })

  async function createSecondApp(): Promise<string> {
    return String((await server.call(server.adminA, 'POST /apps', serviceBody())).body.id)
  }
})
