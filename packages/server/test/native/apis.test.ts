import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { readEntries } from '../../src/log/index.ts'
import { deleteAuthorizationServer } from '../../src/revocation/authorization-server-lifecycle.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('APIs on $name', (database) => {
  let server: TestOkta
  let authorizationServerId: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    const settings = { name: 'Orders', audiences: ['https://orders.example.com'] }
    const created = await createAuthorizationServer(server.authority, server.authority.actorA, settings)
    authorizationServerId = created.id
  })
  afterAll(() => server.close())

  async function call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    who = server.adminA,
  ) {
    const reply = await server.app.inject({
      method,
      url: `/api/rescind/v1${path}`,
      headers: who.header,
      ...(body && { payload: body }),
    })
    return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() }
  }
  const billing = () => ({
    identifier: 'https://billing.example.com',
    name: 'Billing',
    scopes: ['billing:read'],
    tokenFormat: 'opaque',
    authorizationServerId,
    accessTokenLifetime: 300,
  })

  it('are there for the audience of an authorization server', async () => {
    const { status, body } = await call('GET', '/apis')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      items: [{ identifier: 'https://orders.example.com', tokenFormat: 'jwt', authorizationServerId }],
      next: null,
    })
  })

  it('are created, read, replaced, listed by pages, and deleted with what was issued for them', async () => {
    const created = await call('POST', '/apis', billing())
    expect(created).toMatchObject({ status: 201, body: billing() })
    const { id } = created.body
    expect(id).toMatch(/^api[0-9A-Za-z]{17}$/)
    expect(await call('GET', `/apis/${id}`)).toEqual({ status: 200, body: created.body })
    const change = { ...billing(), name: 'Bills', accessTokenLifetime: 60 }
    expect(await call('PUT', `/apis/${id}`, change)).toMatchObject({ status: 200, body: change })
    const first = await call('GET', '/apis?limit=1')
    const second = await call('GET', `/apis?limit=1&after=${first.body.next}`)
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([1, 1, null])
    expect(await call('DELETE', `/apis/${id}`)).toEqual({ status: 204, body: undefined })
    expect((await call('GET', `/apis/${id}`)).status).toBe(404)
    const entries = await server.authority.store.read({ organizationId: ORGANIZATION_A }, (tx) =>
      readEntries(tx, ORGANIZATION_A, { incarnation: 1, seq: 0 }, 1000),
    )
    const kinds = entries.map((entry) => entry.kind).filter((kind) => /^(api|resource)\./.test(kind))
    expect(kinds).toEqual(['api.created', 'api.created', 'api.updated', 'resource.revoked', 'api.deleted'])
  })

  it.each([
    ['no identifier', { identifier: undefined }, 400],
    ['a relative identifier', { identifier: 'orders' }, 400],
    ['an identifier with a fragment', { identifier: 'https://a.example.com/#b' }, 400],
    ['an unknown format', { tokenFormat: 'saml' }, 400],
    ['a lifetime of no time', { accessTokenLifetime: 0 }, 400],
    ['a lifetime of two days', { accessTokenLifetime: 172_800 }, 400],
    ['a lifetime in words', { accessTokenLifetime: '300' }, 400],
    ['an unknown member', { admin: true }, 400],
    ['a taken identifier', { identifier: 'https://orders.example.com' }, 409],
    ['an unknown authorization server', { authorizationServerId: 'aus00000000000000000' }, 404],
  ])('refuse %s', async (_, more, status) => {
    expect(await call('POST', '/apis', { ...billing(), ...more })).toMatchObject({ status })
  })

  it('keep their identifier, because tokens carry it', async () => {
    const { body } = await call('GET', '/apis')
    const [{ id }] = body.items
    expect((await call('PUT', `/apis/${id}`, { ...billing(), identifier: 'urn:other' })).status).toBe(400)
    expect((await call('PUT', `/apis/${id}`, { name: 'Orders', authorizationServerId })).status).toBe(200)
  })

  it('of one organization do not exist for another, nor may a reader change them', async () => {
    const { body } = await call('GET', '/apis')
    const [{ id }] = body.items
    const { actorA } = server.authority
    const reader: Credential = await createCredential(server.authority, actorA, 'organization_reader')
    expect((await call('GET', '/apis', undefined, server.adminB)).body).toEqual({ items: [], next: null })
    for (const [method, payload] of [
      ['GET'],
      ['PUT', { name: 'x', authorizationServerId }],
      ['DELETE'],
    ] as const) {
      expect((await call(method, `/apis/${id}`, payload, server.adminB)).status).toBe(404)
      expect((await call(method, `/apis/${id}`, payload, reader)).status).toBe(method === 'GET' ? 200 : 403)
    }
    expect((await call('POST', '/apis', billing(), server.adminB)).status).toBe(404)
  })

  it('go with their authorization server, unless another one has the same audience', async () => {
    const { authority } = server
    const audiences = ['urn:shared']
    const first = await createAuthorizationServer(authority, authority.actorA, { name: 'First', audiences })
    const second = await createAuthorizationServer(authority, authority.actorA, { name: 'Second', audiences })
    const shared = async () =>
      (await call('GET', '/apis')).body.items.filter(
        (api: { identifier: string }) => api.identifier === 'urn:shared',
      )
    expect(await shared()).toMatchObject([{ authorizationServerId: first.id }])
    await deleteAuthorizationServer(authority, authority.actorA, first.id)
    expect(await shared()).toMatchObject([{ authorizationServerId: second.id }])
    await deleteAuthorizationServer(authority, authority.actorA, second.id)
    expect(await shared()).toEqual([])
  })
})
