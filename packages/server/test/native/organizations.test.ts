import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DIGEST_REALM, findDigestKey } from '../../src/directory/digest-keys.ts'
import { verifyPassword } from '../../src/directory/passwords.ts'
import { authenticateServiceAccount } from '../../src/directory/service-accounts.ts'
import { Secret } from '../../src/secrets/index.ts'
import { findUserByLogin } from '../../src/store/queries/users.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('organizations by the native API on $name', (database) => {
  let okta: TestOkta
  let installer: Credential
  let reader: Credential

  beforeAll(async () => {
    okta = await openTestOkta(database)
    const { authority } = okta
    installer = await createCredential(
      authority,
      authority.actorA,
      'organization_admin',
      'installation_admin',
    )
    reader = await createCredential(authority, authority.actorB, 'organization_reader')
  })
  afterAll(() => okta.close())

  async function call(
    place: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = installer.header,
  ) {
    const [method, path] = place.split(' ')
    const reply = await okta.app.inject({
      method: method === 'POST' ? 'POST' : 'GET',
      url: `/api/rescind/v1${path}`,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: reply.statusCode, headers: reply.headers, body: reply.json() }
  }

  it('creates one whose every credential works, and only there', async () => {
    const { status, headers, body } = await call('POST /organizations', { name: 'Acme', subdomain: 'acme' })
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: 'Acme',
      subdomain: 'acme',
      admin: {
        login: 'admin@acme',
        password: expect.stringMatching(/^[\w-]{24}$/),
        apiToken: expect.stringMatching(/^00[\w-]{43}$/),
        publicKey: expect.stringMatching(/^[a-z]{8}$/),
        privateKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
        clientId: expect.stringMatching(/^mdb_sa_id_[0-9a-f]{24}$/),
        clientSecret: expect.stringMatching(/^mdb_sa_sk_[\w-]{40}$/),
      },
    })
    const { id, admin } = body
    const organizationId: string = id
    const own = { authorization: `SSWS ${admin.apiToken}` }

    const bootstrap = await call('GET /bootstrap', undefined, own)
    expect(bootstrap.body).toMatchObject({
      organizationId,
      federationSettingsId: null,
      authorizationServerId: expect.stringMatching(/^aus/),
    })
    const expected = { organizationId, roles: new Set(['organization_admin', 'organization_reader']) }
    const key = await findDigestKey(okta.authority, admin.publicKey)
    expect(key?.actor).toMatchObject(expected)
    for (const algorithm of ['md5', 'sha256'] as const)
      expect(key?.[algorithm].reveal()).toBe(
        createHash(algorithm).update(`${admin.publicKey}:${DIGEST_REALM}:${admin.privateKey}`).digest('hex'),
      )
    const account = { clientId: admin.clientId, clientSecret: new Secret(admin.clientSecret) }
    expect((await authenticateServiceAccount(okta.authority, account))?.actor).toMatchObject(expected)
    expect(
      await authenticateServiceAccount(okta.authority, { ...account, clientSecret: new Secret('another') }),
    ).toBeUndefined()
    const user = await okta.authority.store.read({ organizationId }, (tx) =>
      findUserByLogin(tx, 'admin@acme'),
    )
    expect(await verifyPassword(user?.password_hash, new Secret(admin.password))).toBe(true)

    // Neither sees the other: users, authorization servers, events.
    expect((await call('GET /audit', undefined, own)).body.items.length).toBeGreaterThan(3)
    for (const path of ['/users', '/authorizationServers']) {
      const there = await okta.call({ ...okta.adminA, header: own }, `GET ${path}`)
      const here = await okta.call(okta.adminA, `GET ${path}`)
      const ids = new Set(here.body.map((item: { id: string }) => item.id))
      expect(there.body.filter((item: { id: string }) => ids.has(item.id))).toEqual([])
      expect(there.body.length).toBeGreaterThan(0)
    }
    expect((await okta.call(okta.adminA, `GET /users/${user?.id}`)).status).toBe(404)
    expect((await call('GET /organizations', undefined, own)).status).toBe(403)
  })

  it.each([
    ['no credential', {}, 401, 'credentials_missing'],
    ['another scheme', { authorization: 'Basic YTpi' }, 401, 'credentials_missing'],
    ['an unknown token', { authorization: 'SSWS 00unknown' }, 401, 'credentials_invalid'],
  ])('is refused with %s', async (_name, headers, status, code) => {
    for (const place of ['POST /organizations', 'GET /organizations', 'GET /bootstrap', 'GET /audit']) {
      const reply = await call(place, undefined, headers)
      expect([place, reply.status, reply.body.code]).toEqual([place, status, code])
      expect(Object.keys(reply.body)).toEqual(['code', 'message', 'details'])
      expect(reply.headers['www-authenticate']).toBe('SSWS')
    }
  })

  it('is refused to whom the role is missing', async () => {
    const draft = { name: 'Nobody', subdomain: 'nobody' }
    expect((await call('POST /organizations', draft, okta.adminB.header)).body.code).toBe('permission_denied')
    expect((await call('GET /organizations', undefined, okta.adminB.header)).status).toBe(403)
    expect((await call('GET /bootstrap', undefined, reader.header)).status).toBe(403)
    expect((await call('GET /audit', undefined, reader.header)).status).toBe(200)
  })

  it.each([
    ['localhost:8080', 200],
    ['127.0.0.1', 200],
    ['proxy.example.com', 200],
    [`${ORGANIZATION_A}.localhost`, 200],
    [`${ORGANIZATION_B}.localhost`, 401],
    ['nobody.localhost:8080', 401],
  ])('a host name is never a switch: %s', async (host, status) => {
    const reply = await call('GET /bootstrap', undefined, { ...installer.header, host })
    expect(reply.status).toBe(status)
    if (status !== 200) expect(reply.body.code).toBe('organization_host_mismatch')
  })

  it('refuses a subdomain that is taken, also by one created at the same time, and leaves nothing behind', async () => {
    const draft = { name: 'Twin', subdomain: 'twin' }
    const replies = await Promise.all([1, 2, 3].map(() => call('POST /organizations', draft)))
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('organization_subdomain_taken')
    const { body } = await call('GET /organizations?limit=1000')
    expect(body.items.filter(({ name }: { name: string }) => name === 'Twin')).toHaveLength(1)
  })

  it.each([
    ['a missing member', { name: 'x' }],
    ['an unknown member', { name: 'x', subdomain: 'x', id: 'x' }],
    ['a wrong type', { name: 1, subdomain: 'x' }],
    ['an upper-case subdomain', { name: 'x', subdomain: 'X' }],
    ['a dotted subdomain', { name: 'x', subdomain: 'a.b' }],
    ['a dash at the end', { name: 'x', subdomain: 'a-' }],
    ['a subdomain of 64', { name: 'x', subdomain: 'a'.repeat(64) }],
    ['an empty name', { name: '', subdomain: 'x' }],
    ['a control character', { name: 'a\u0007b', subdomain: 'x' }],
    ['an array', []],
    ['a prototype', '{"name":"x","subdomain":"x","__proto__":{"a":1}}'],
    ['a name twice', '{"name":"x","name":"y","subdomain":"x"}'],
    ['broken JSON', '{"name"'],
  ])('refuses %s and creates nothing', async (_name, body) => {
    const before = (await call('GET /organizations?limit=1000')).body.items.length
    const reply = await call('POST /organizations', body)
    expect(reply.status).toBe(400)
    expect(['invalid_request', 'invalid_json']).toContain(reply.body.code)
    expect((await call('GET /organizations?limit=1000')).body.items.length).toBe(before)
  })

  it('lists them in pages that leave out and repeat nothing', async () => {
    const all = (await call('GET /organizations?limit=1000')).body.items
    const paged: unknown[] = []
    let after: string | null = ''
    while (after !== null) {
      const query = after === '' ? '' : `&after=${after}`
      const { body } = await call(`GET /organizations?limit=1${query}`)
      paged.push(...body.items)
      after = body.next
    }
    expect(paged).toEqual(all)
    expect(all.length).toBeGreaterThan(2)
  })

  it('answers what it does not know in its own form', async () => {
    for (const place of ['GET /nothing', 'POST /bootstrap'])
      expect(await call(place)).toMatchObject({ status: 404, body: { code: 'not_found', details: {} } })
  })
})
