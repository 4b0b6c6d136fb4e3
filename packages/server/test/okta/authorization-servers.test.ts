import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activeSigningKey } from '../../src/keys/issuer-keys.ts'
import { rotateDue } from '../../src/keys/rotation.ts'
import { expectContract, type OperationId } from '../contract/validate.ts'
import { DATABASES } from '../support/databases.ts'
import { encryptionKey } from '../support/jwks.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

const SETTINGS = { name: 'Orders', description: 'Sells', audiences: ['https://orders.example.com'] }
const ENCRYPTED = { accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256' }

describe.each(DATABASES)('authorization servers on $name', (database) => {
  let server: TestOkta
  let client: okta.Client

  beforeAll(async () => {
    server = await openTestOkta(database)
    const orgUrl = await server.listen()
    client = new okta.Client({ orgUrl, token: server.adminA.token, cacheMiddleware: null })
  })
  afterAll(() => server.close())

  const api = () => client.authorizationServerApi
  async function create(more: object = {}): Promise<string> {
    const authorizationServer = { ...SETTINGS, ...more }
    return String((await api().createAuthorizationServer({ authorizationServer })).id)
  }
  const replace = (authServerId: string, more: object = {}) =>
    server.call(server.adminA, `PUT /authorizationServers/${authServerId}`, { ...SETTINGS, ...more })
  const read = (authServerId: string) =>
    server.call(server.adminA, `GET /authorizationServers/${authServerId}`)

  it('creates one as Okta records it', async () => {
    const { status, body } = await server.call(server.adminA, 'POST /authorizationServers', {
      ...SETTINGS,
      issuerMode: 'ORG_URL',
      credentials: { signing: { rotationMode: 'AUTO', use: 'sig' } },
    })
    expectContract('createAuthorizationServer', status, body)
    expect(Object.keys(body)).toEqual([
      'id',
      'name',
      'description',
      'audiences',
      'issuer',
      'issuerMode',
      'status',
      'created',
      'lastUpdated',
      'credentials',
      'default',
      '_links',
    ])
    expect(body.issuer).toBe(`${server.authority.publicUrl}/oauth2/${body.id}`)
    const { kid, rotationMode, lastRotated, nextRotation } = body.credentials.signing
    expect(rotationMode).toBe('AUTO')
    expect(Date.parse(nextRotation) - Date.parse(lastRotated)).toBe(90 * 24 * 60 * 60 * 1000)
    expect((await activeSigningKey(server.authority, body.id)).kid).toBe(kid)
  })

  it('leads one through its life with the SDK', async () => {
    const authServerId = await create()
    const seen = await api().getAuthorizationServer({ authServerId })
    expect(seen).toMatchObject({ ...SETTINGS, status: 'ACTIVE' })
    const replaced = await api().replaceAuthorizationServer({
      authServerId,
      authorizationServer: {
        ...SETTINGS,
        name: 'Sales',
        credentials: { signing: { rotationMode: 'MANUAL' } },
      },
    })
    expect(replaced).toMatchObject({ name: 'Sales' })
    const { body } = await read(authServerId)
    expectContract('getAuthorizationServer', 200, body)
    expect(body.credentials.signing).not.toHaveProperty('nextRotation')
    expect(await api().deactivateAuthorizationServer({ authServerId })).toBeUndefined()
    const inactive = (await read(authServerId)).body
    expect(inactive.status).toBe('INACTIVE')
    expect(inactive._links).toHaveProperty('activate')
    expect(inactive._links).not.toHaveProperty('deactivate')
    await expect(activeSigningKey(server.authority, authServerId)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await api().activateAuthorizationServer({ authServerId })).toBeUndefined()
    expect((await activeSigningKey(server.authority, authServerId)).kid).toBe(body.credentials.signing.kid)
    expect(await api().deleteAuthorizationServer({ authServerId })).toBeUndefined()
    await expect(api().getAuthorizationServer({ authServerId })).rejects.toMatchObject({ status: 404 })
    await expect(activeSigningKey(server.authority, authServerId)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('lists page by page, and by a part of name or audience', async () => {
    const names = ['Zebra one', 'Zebra two', 'Zebra 100%']
    for (const name of names) await create({ name, audiences: [`urn:${name.replaceAll(' ', '-')}`] })
    const found = async (q: string) => {
      const { body } = await server.call(
        server.adminA,
        `GET /authorizationServers?q=${encodeURIComponent(q)}`,
      )
      return body.map((one: { name: string }) => one.name).sort()
    }
    expect(await found('zebra')).toEqual([...names].sort())
    expect(await found('URN:zebra-t')).toEqual(['Zebra two'])
    expect(await found('100%')).toEqual(['Zebra 100%'])
    expect(await found("'; drop table authorization_servers; --")).toEqual([])
    const paged: unknown[] = []
    for await (const one of await api().listAuthorizationServers({ q: 'zebra', limit: 2 }))
      paged.push(one?.name)
    expect(paged.sort()).toEqual([...names].sort())
    const { body } = await server.call(server.adminA, 'GET /authorizationServers?q=zebra')
    expectContract('listAuthorizationServers', 200, body)
  })

  it.each([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['no audience', { audiences: [] }],
    ['two audiences', { audiences: ['a', 'b'] }],
    ['an unknown algorithm', { accessTokenEncryptedResponseAlgorithm: 'RSA1_5' }],
    ['an unknown rotation mode', { credentials: { signing: { rotationMode: 'NEVER' } } }],
    ['an unknown issuer mode', { issuerMode: 'ANY' }],
    ['a jwks_uri over http', { jwks_uri: 'http://keys.example.com' }],
    ['a jwks_uri with a password', { jwks_uri: 'https://a:b@keys.example.com' }],
    ['a jwks_uri that is none', { jwksUri: 'keys' }],
    ['jwks and jwks_uri', { jwks: { keys: [encryptionKey('a')] }, jwks_uri: 'https://keys.example.com' }],
    ['two active keys', { jwks: { keys: [encryptionKey('a'), encryptionKey('b')] } }],
    ['a number for a name', { name: 7 }],
  ])('refuses %s', async (_, more) => {
    const { status, body } = await server.call(server.adminA, 'POST /authorizationServers', {
      ...SETTINGS,
      ...more,
    })
    expect([status, body.errorCode]).toEqual([400, 'E0000001'])
    expectContract('createAuthorizationServer', status, body)
  })

  it('takes encryption keys with the server, one of them ACTIVE, and keeps those it knows', async () => {
    const one = encryptionKey('one', { status: 'ACTIVE' })
    const two = encryptionKey('two', { status: 'INACTIVE' })
    const id = await create({ ...ENCRYPTED, jwks: { keys: [one, two] } })
    const before = (await read(id)).body
    expectContract('getAuthorizationServer', 200, before)
    expect(before).toMatchObject(ENCRYPTED)
    const [first, second] = before.jwks.keys
    expect(first).toEqual({ ...first, kid: 'one', status: 'ACTIVE', use: 'enc' })
    const swapped = {
      keys: [
        { ...two, id: second.id, status: 'ACTIVE' },
        { ...one, status: 'INACTIVE' },
      ],
    }
    const after = await replace(id, { ...ENCRYPTED, jwks: swapped })
    expect(after.status).toBe(200)
    expect(after.body.jwks.keys).toEqual([
      { ...first, status: 'INACTIVE' },
      { ...second, status: 'ACTIVE' },
    ])
    // Left out, they stay; encryption, left out, is off.
    const kept = await replace(id)
    expect(kept.body.jwks).toEqual(after.body.jwks)
    expect(kept.body).not.toHaveProperty('accessTokenEncryptedResponseAlgorithm')
  })

  it.each(['jwks_uri', 'jwksUri'])('forgets saved keys when they move to a %s', async (member) => {
    const id = await create({ ...ENCRYPTED, jwks: { keys: [encryptionKey('one')] } })
    const { body } = await replace(id, { ...ENCRYPTED, [member]: 'https://keys.example.com/jwks' })
    expect(body.jwks_uri).toBe('https://keys.example.com/jwks')
    expect(body).not.toHaveProperty('jwks')
    const place = `/authorizationServers/${id}/resourceservercredentials/keys` as const
    expect((await server.call(server.adminA, `GET ${place}`)).body).toEqual([])
    expect((await server.call(server.adminA, `POST ${place}`, encryptionKey('two'))).status).toBe(400)
    const back = await replace(id, { jwks: { keys: [encryptionKey('two')] } })
    expect(back.body).not.toHaveProperty('jwks_uri')
    expect(back.body.jwks.keys).toMatchObject([{ kid: 'two', status: 'ACTIVE' }])
  })

  describe('signing keys', () => {
    const keysOf = async (id: string) => {
      const { status, body } = await server.call(
        server.adminA,
        `GET /authorizationServers/${id}/credentials/keys`,
      )
      expectContract('listAuthorizationServerKeys', status, body)
      return body
    }
    const statusesOf = (keys: readonly { status: string; kid: string }[]) =>
      keys.map(({ status, kid }) => [status, kid])

    it('are listed, read and rotated with the SDK', async () => {
      const authServerId = await create()
      const [active, next] = await keysOf(authServerId)
      expect(Object.keys(active)).toEqual(['kty', 'status', 'alg', 'kid', 'use', '_links', 'e', 'n'])
      expect([active.status, next.status]).toEqual(['ACTIVE', 'NEXT'])
      const one = await api().getAuthorizationServerKey({ authServerId, keyId: next.kid })
      expect(one).toMatchObject({ kid: next.kid, status: 'NEXT' })
      const rotated: unknown[] = []
      const collection = await api().rotateAuthorizationServerKeys({ authServerId, use: { use: 'sig' } })
      for await (const key of collection) rotated.push([key?.status, key?.kid])
      expect(rotated).toEqual([
        ['ACTIVE', next.kid],
        ['NEXT', expect.any(String)],
        ['EXPIRED', active.kid],
      ])
      // Every JWKS that ever was held the new key, so it signs at once.
      expect((await activeSigningKey(server.authority, authServerId)).kid).toBe(next.kid)
      expect((await read(authServerId)).body.credentials.signing.kid).toBe(next.kid)
    })

    it('rotated twice in a row are shown so, but the new key signs only once verifiers could know it', async () => {
      const id = await create({ credentials: { signing: { rotationMode: 'MANUAL' } } })
      const rotate = () =>
        server.call(server.adminA, `POST /authorizationServers/${id}/credentials/lifecycle/keyRotate`, {
          use: 'sig',
        })
      const [signing, young] = (await rotate()).body
      const { status, body } = await rotate()
      expectContract('rotateAuthorizationServerKeys', status, body)
      expect(statusesOf(body).slice(0, 2)).toEqual([
        ['ACTIVE', young.kid],
        ['EXPIRED', expect.any(String)],
      ])
      expect(statusesOf(body)).toContainEqual(['EXPIRED', signing.kid])
      expect((await read(id)).body.credentials.signing.kid).toBe(young.kid)
      expect((await activeSigningKey(server.authority, id)).kid).toBe(signing.kid)
      // A third time changes nothing: a rotation is under way.
      expect((await rotate()).body).toEqual(body)
      server.authority.clock.advance(11 * 60 * 1000)
      await rotateDue(server.authority)
      expect((await activeSigningKey(server.authority, id)).kid).toBe(young.kid)
      expect(statusesOf(await keysOf(id)).map(([shown]) => shown)).toEqual([
        'ACTIVE',
        'NEXT',
        'EXPIRED',
        'EXPIRED',
      ])
    })

    it.each([[{}], [{ use: 'enc' }], [{ use: null }], [{ use: 'SIG' }]])(
      'refuse to rotate for %j',
      async (use) => {
        const id = await create()
        const { status, body } = await server.call(
          server.adminA,
          `POST /authorizationServers/${id}/credentials/lifecycle/keyRotate`,
          use,
        )
        expect(status).toBe(400)
        expect(body).toMatchObject({
          errorSummary: 'Api validation failed: rotateKeys',
          errorCauses: [{ errorSummary: "Invalid value specified for key 'use' parameter" }],
        })
      },
    )

    it('of the organization itself have no address here', async () => {
      const { organizationId } = server.authority.actorA
      const { status } = await server.call(
        server.adminA,
        `GET /authorizationServers/${organizationId}/credentials/keys`,
      )
      expect(status).toBe(404)
    })
  })

  it('answers another organization, a reader and an unknown kid as documented', async () => {
    const id = await create()
    const place = `/authorizationServers/${id}`
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    const operations: readonly (readonly [
      OperationId,
      `${'GET' | 'POST' | 'PUT' | 'DELETE'} ${string}`,
      object?,
    ])[] = [
      ['getAuthorizationServer', `GET ${place}`],
      ['replaceAuthorizationServer', `PUT ${place}`, SETTINGS],
      ['deleteAuthorizationServer', `DELETE ${place}`],
      ['activateAuthorizationServer', `POST ${place}/lifecycle/activate`],
      ['deactivateAuthorizationServer', `POST ${place}/lifecycle/deactivate`],
      ['listAuthorizationServerKeys', `GET ${place}/credentials/keys`],
      ['getAuthorizationServerKey', `GET ${place}/credentials/keys/x`],
      ['rotateAuthorizationServerKeys', `POST ${place}/credentials/lifecycle/keyRotate`, { use: 'sig' }],
    ]
    for (const [operation, request, body] of operations) {
      const foreign = await server.call(server.adminB, request, body)
      expect([foreign.status, foreign.body.errorCode]).toEqual([404, 'E0000007'])
      expectContract(operation, foreign.status, foreign.body)
      const byReader = await server.call(reader, request, body)
      expect(byReader.status).toBe(request.startsWith('GET') ? (request.endsWith('/x') ? 404 : 200) : 403)
    }
    const own = await server.call(server.adminB, 'GET /authorizationServers')
    expect(own.body).toEqual([])
    expect((await read(id)).body.status).toBe('ACTIVE')
  })

  describe('scopes', () => {
    const NEW = {
      name: 'orders:read',
      displayName: 'Read orders',
      description: 'All of them',
      consent: 'REQUIRED',
    } as const

    it('are created, replaced and deleted with the SDK, beside those of OpenID Connect', async () => {
      const authServerId = await create()
      const scope = await api().createOAuth2Scope({
        authServerId,
        oAuth2Scope: { ...NEW, metadataPublish: 'ALL_CLIENTS' },
      })
      expect(scope).toMatchObject({ ...NEW, system: false, _default: false, optional: false })
      const scopeId = String(scope.id)
      expect(scopeId).toMatch(/^scp[0-9A-Za-z]{17}$/)
      expect(await api().getOAuth2Scope({ authServerId, scopeId })).toEqual(scope)
      const changed = { name: 'orders:read', description: 'Some of them', consent: 'IMPLICIT' } as const
      const replaced = await api().replaceOAuth2Scope({ authServerId, scopeId, oAuth2Scope: changed })
      expect(replaced).toMatchObject(changed)
      const names: unknown[] = []
      for await (const one of await api().listOAuth2Scopes({ authServerId })) names.push(one?.name)
      expect(names.sort()).toEqual(
        ['address', 'email', 'offline_access', 'openid', 'orders:read', 'phone', 'profile'].sort(),
      )
      expect(await api().deleteOAuth2Scope({ authServerId, scopeId })).toBeUndefined()
      await expect(api().getOAuth2Scope({ authServerId, scopeId })).rejects.toMatchObject({ status: 404 })
    })

    it('refuse a name twice, white space, and to lose a system scope', async () => {
      const place = `/authorizationServers/${await create()}/scopes` as const
      const post = (body: object) => server.call(server.adminA, `POST ${place}`, body)
      expect((await post(NEW)).status).toBe(201)
      for (const name of ['orders:read', 'openid', 'a b', '', 'é'])
        expect((await post({ name })).status).toBe(400)
      const [openid] = (await server.call(server.adminA, `GET ${place}?q=openid`)).body
      expect((await server.call(server.adminA, `DELETE ${place}/${openid.id}`)).status).toBe(400)
      expect((await server.call(server.adminA, `PUT ${place}/${openid.id}`, { name: 'x' })).status).toBe(400)
      expect((await server.call(server.adminB, `DELETE ${place}/${openid.id}`)).status).toBe(404)
    })
  })
})
