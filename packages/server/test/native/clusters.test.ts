import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { createFederation } from '../../src/federation/federations.ts'
import { createIdentityProvider, deleteIdentityProvider } from '../../src/federation/identity-providers.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

const RESOURCE = 'https://orders.example.com'

describe.each(DATABASES)('clusters on $name', (database) => {
  let server: TestOkta
  let api: string
  let federation: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    const settings = { name: 'Orders', audiences: [RESOURCE] }
    await createAuthorizationServer(server.authority, server.authority.actorA, settings)
    api = (await call('GET', '/apis')).body.items[0].id
    const { authority } = server
    const { actorA } = authority
    const installation = { ...actorA, roles: new Set([...actorA.roles, 'installation_admin'] as const) }
    federation = (await createFederation(authority, installation)).id
    await createIdentityProvider(authority, actorA, federation, {
      idpType: 'WORKLOAD',
      displayName: 'robots',
      issuerUri: 'https://idp.example.com',
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
  })
  afterAll(() => server.close())

  async function call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: { readonly authorization: string } = server.adminA.header,
  ) {
    const url = `/api/rescind/v1${path}`
    const reply = await server.app.inject({ method, url, headers, ...(body && { payload: body }) })
    return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() }
  }

  it('are registered, read, replaced, listed by pages and deleted', async () => {
    const created = await call('POST', '/clusters', { name: 'Orders', class: 'connected', apis: [api] })
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: 'Orders',
        class: 'connected',
        apis: [api],
        identityProviders: [],
        maxStaleness: 10_000,
        whenStale: 'closed',
      },
    })
    const { id } = created.body
    expect(await call('GET', `/clusters/${id}`)).toEqual({ status: 200, body: created.body })
    const change = {
      name: 'Legacy',
      class: 'unmanaged',
      apis: [RESOURCE],
      identityProviders: ['https://idp.example.com'],
      maxStaleness: 500,
      whenStale: 'open',
      verifierProfile: { library: 'jose', cacheSeconds: 600 },
    }
    expect(await call('PUT', `/clusters/${id}`, change)).toMatchObject({ status: 200, body: change })
    await call('POST', '/clusters', { name: 'Second' })
    const first = await call('GET', '/clusters?limit=1')
    const second = await call('GET', `/clusters?limit=1&after=${first.body.next}`)
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([1, 1, null])
    expect((await call('DELETE', `/clusters/${id}`)).status).toBe(204)
    expect((await call('GET', `/clusters/${id}`)).status).toBe(404)
  })

  it.each([
    ['no name', { name: undefined }, 400],
    ['an unknown class', { class: 'magic' }, 400],
    ['a staleness of no time', { maxStaleness: 0 }, 400],
    ['an unknown way to be stale', { whenStale: 'maybe' }, 400],
    ['an API that is not there', { apis: ['https://none.example.com'] }, 404],
    ['a provider that is no issuer', { identityProviders: ['acme'] }, 400],
    ['a profile without a library', { verifierProfile: { cacheSeconds: 1 } }, 400],
    ['an unknown member', { admin: true }, 400],
  ])('refuse %s', async (_, more, status) => {
    expect(await call('POST', '/clusters', { name: 'Orders', ...more })).toMatchObject({ status })
  })

  it('trust providers of the federation only, and go on with one that they knew', async () => {
    const trusted = ['https://idp.example.com', 'https://none.example.com']
    const refused = {
      status: 400,
      body: { code: 'invalid_request', details: { '/identityProviders/1': expect.any(String) } },
    }
    expect(await call('POST', '/clusters', { name: 'x', identityProviders: trusted })).toMatchObject(refused)
    const own = { name: 'x', identityProviders: trusted.slice(0, 1) }
    const { id } = (await call('POST', '/clusters', own)).body
    expect(await call('PUT', `/clusters/${id}`, { name: 'x', identityProviders: trusted })).toMatchObject(
      refused,
    )
    expect((await call('POST', '/clusters', own, server.adminB.header)).status).toBe(400)
    const { authority } = server
    const [provider] = (await call('GET', `/federations/${federation}/identity-providers`)).body.items
    await deleteIdentityProvider(authority, authority.actorA, federation, provider.id)
    expect((await call('POST', '/clusters', own)).status).toBe(400)
    expect((await call('PUT', `/clusters/${id}`, own)).status).toBe(200)
  })

  it('give each credential once and keep its hash', async () => {
    const { id } = (await call('POST', '/clusters', { name: 'Orders', apis: [api] })).body
    const { status, body } = await call('POST', `/clusters/${id}/credentials`)
    expect([status, body.credential]).toEqual([201, expect.stringMatching(/^rsc_[\w-]{43}$/)])
    const { rows, entries } = await server.authority.store.read(
      { organizationId: server.authority.actorA.organizationId },
      async (tx) => ({
        rows: await tx.db.selectFrom('cluster_credentials').selectAll().execute(),
        entries: await tx.db.selectFrom('log_entries').select('body').execute(),
      }),
    )
    expect(JSON.stringify([rows, entries, server.logged()])).not.toContain(body.credential.slice(4))
  })

  it('of one organization do not exist for another, nor may a reader change them', async () => {
    const { id } = (await call('POST', '/clusters', { name: 'Orders' })).body
    const { actorA } = server.authority
    const reader: Credential = await createCredential(server.authority, actorA, 'organization_reader')
    const operations = [
      ['GET', `/clusters/${id}`, undefined, 200],
      ['PUT', `/clusters/${id}`, { name: 'Mine' }, 403],
      ['POST', `/clusters/${id}/credentials`, undefined, 403],
      ['GET', `/clusters/${id}/nodes`, undefined, 200],
      ['DELETE', `/clusters/${id}`, undefined, 403],
    ] as const
    for (const [method, path, body, forReader] of operations) {
      expect((await call(method, path, body, server.adminB.header)).status, `${method} ${path}`).toBe(404)
      expect((await call(method, path, body, reader.header)).status, `${method} ${path}`).toBe(forReader)
    }
    expect((await call('GET', '/clusters', undefined, server.adminB.header)).body.items).toEqual([])
    expect((await call('POST', '/clusters', { name: 'x', apis: [api] }, server.adminB.header)).status).toBe(
      404,
    )
  })
})
