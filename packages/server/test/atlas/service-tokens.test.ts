import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revoke } from '../../src/revocation/revoke.ts'
import { createAtlasCaller, NEWEST, openTestAtlas, type TestAtlas } from '../support/atlas.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const TOKEN = '/api/oauth/token'
const REVOKE = '/api/oauth/revoke'
const ORG = `/api/atlas/v2/orgs/${ORGANIZATION_A}`
const HOUR = 3_600_000

describe.each(DATABASES)('tokens of service accounts on $name', (database) => {
  let atlas: TestAtlas
  let caller: Awaited<ReturnType<typeof createAtlasCaller>>
  const credential = () => ['-u', `${caller.clientId}:${caller.secret}`]
  const accept = ['-H', `Accept: ${NEWEST}`]

  beforeAll(async () => {
    atlas = await openTestAtlas(database)
    caller = await createAtlasCaller(atlas.authority, atlas.app, atlas.authority.actorA, 'ORG_OWNER')
  })
  afterAll(() => atlas.close())

  const obtain = async (): Promise<string> => {
    const { status, body } = await atlas.curl(TOKEN, ...credential(), '-d', 'grant_type=client_credentials')
    expect(status).toBe(200)
    return body.access_token
  }
  const use = (token: string, path = ORG) =>
    atlas.curl(path, '-H', `Authorization: Bearer ${token}`, ...accept)

  it('are obtained as documented, and carry their position', async () => {
    const reply = await atlas.curl(TOKEN, ...credential(), '-d', 'grant_type=client_credentials')
    expect(Object.keys(reply.body)).toEqual(['access_token', 'expires_in', 'token_type'])
    expect(reply.body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' })
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(reply.headers.get('cache-control')).toBe('no-store')
    const token: string = reply.body.access_token
    expect(decodeProtectedHeader(token).alg).toBe('ES512')
    expect(decodeJwt(token)).toMatchObject({
      iss: atlas.url,
      aud: 'api://admin',
      sub: caller.clientId,
      actorId: caller.clientId,
      pos: expect.stringMatching(new RegExp(`^${ORGANIZATION_A}\\.1\\.\\d+$`)),
    })
    expect((await use(token)).status).toBe(200)
  })

  it.each([
    ['no credential', [], 'grant_type=client_credentials', 401, 'invalid_client'],
    ['a wrong secret', ['-u', 'mdb_sa_id_0:wrong'], 'grant_type=client_credentials', 401, 'invalid_client'],
    ['no grant type', undefined, 'a=b', 400, 'invalid_request'],
    ['another grant type', undefined, 'grant_type=password', 400, 'unsupported_grant_type'],
    ['a parameter twice', undefined, 'grant_type=a&grant_type=b', 400, 'invalid_request'],
  ])('are refused for %s', async (_, options, form, status, error) => {
    const reply = await atlas.curl(TOKEN, ...(options ?? credential()), '-d', form)
    expect([reply.status, reply.body.error]).toEqual([status, error])
    expect(Object.keys(reply.body)).toEqual(['error_description', 'error'])
    if (status === 401)
      expect(reply.text).toBe(
        '{"error_description":"Invalid credentials provided.","error":"invalid_client"}',
      )
  })

  it('are refused for a body that is no form', async () => {
    const json = ['-H', 'Content-Type: application/json', '-d', '{"grant_type":"client_credentials"}']
    const reply = await atlas.curl(TOKEN, ...credential(), ...json)
    expect([reply.status, reply.body.error]).toEqual([400, 'invalid_request'])
  })

  it('are not for whoever tries one client after the other', async () => {
    atlas.authority.clock.advance(60_000)
    const statuses = new Set<number>()
    for (let client = 0; client <= 50; client += 1) {
      const { status } = await atlas.curl(TOKEN, '-u', `c${client}:x`, '-d', 'grant_type=client_credentials')
      statuses.add(status)
    }
    expect([...statuses]).toEqual([401, 429])
    atlas.authority.clock.advance(60_000)
    await obtain()
  })

  it('are given back, by whom they are of', async () => {
    const token = await obtain()
    const other = await createAtlasCaller(atlas.authority, atlas.app, atlas.authority.actorB, 'ORG_OWNER')
    const form = ['-d', `token=${token}&token_type_hint=access_token`]
    const foreign = await atlas.curl(REVOKE, '-u', `${other.clientId}:${other.secret}`, ...form)
    expect([foreign.status, foreign.text]).toEqual([200, ''])
    expect((await use(token)).status).toBe(200)
    const own = await atlas.curl(REVOKE, ...credential(), ...form)
    expect([own.status, own.text]).toEqual([200, ''])
    const refused = await use(token)
    expect(refused.status).toBe(401)
    expect(refused.text).toBe(
      '{"detail":"You are not authorized for this resource.","error":401,"errorCode":"INVALID_TOKEN","parameters":[],"reason":"Unauthorized"}',
    )
    expect((await atlas.curl(REVOKE, ...credential(), '-d', 'token=nonsense')).status).toBe(200)
    expect((await atlas.curl(REVOKE, ...credential(), '-d', 'a=b')).status).toBe(400)
    expect((await atlas.curl(REVOKE, '-u', 'a:b', ...form)).status).toBe(401)
  })

  it('are void, forged or changed in any part', async () => {
    const token = await obtain()
    const [head = '', claims = '', signature = ''] = token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const forged = [
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${head}.${Buffer.from('{"sub":"x"}').toString('base64url')}.${signature}`,
      `${none}.${claims}.`,
      'x',
    ]
    for (const one of forged) expect((await use(one)).status).toBe(401)
    expect((await use(token)).status).toBe(200)
  })

  it('live on after their secret, and die with their account', async () => {
    const owner = await obtain()
    const as = ['-H', `Authorization: Bearer ${owner}`, ...accept, '-H', 'Content-Type: application/json']
    const draft = { name: 'x', description: 'x', roles: ['ORG_OWNER'], secretExpiresAfterHours: 8 }
    const made = await atlas.curl(`${ORG}/serviceAccounts`, ...as, '-d', JSON.stringify(draft))
    const { clientId, secrets } = made.body
    const issue = (secret: string) =>
      atlas.curl(TOKEN, '-u', `${clientId}:${secret}`, '-d', 'grant_type=client_credentials')
    const { access_token: token } = (await issue(secrets[0].secret)).body
    const account = `${ORG}/serviceAccounts/${clientId}`
    const second = await atlas.curl(`${account}/secrets`, ...as, '-d', '{"secretExpiresAfterHours":9}')
    await atlas.curl(`${account}/secrets/${secrets[0].id}`, '-X', 'DELETE', ...as)
    expect((await issue(secrets[0].secret)).status).toBe(401)
    expect((await use(token)).status).toBe(200)
    // Roles are those of now, not those of when the token was issued.
    await atlas.curl(account, '-X', 'PATCH', ...as, '-d', '{"roles":["ORG_MEMBER"]}')
    expect((await use(token, `${ORG}/serviceAccounts`)).status).toBe(401)
    await atlas.curl(account, '-X', 'DELETE', ...as)
    expect((await use(token)).status).toBe(401)
    expect((await issue(second.body.secret)).status).toBe(401)
  })

  it('pass standing: what revokes the organization voids them', async () => {
    const token = await obtain()
    await revoke(atlas.authority, atlas.authority.actorA, {
      target: { type: 'organization', id: ORGANIZATION_A },
      reason: 'test',
    })
    expect((await use(token)).status).toBe(401)
    expect((await use(await obtain())).status).toBe(200)
  })

  it('end by themselves, and secrets too', async () => {
    const token = await obtain()
    atlas.authority.clock.advance(HOUR)
    expect((await use(token)).status).toBe(401)
    atlas.authority.clock.advance(8 * HOUR)
    const reply = await atlas.curl(TOKEN, ...credential(), '-d', 'grant_type=client_credentials')
    expect(reply.status).toBe(401)
  })
})

describe.each(DATABASES.filter(({ name }) => name === 'sqlite'))('limits on $name', (database) => {
  it('are those that Atlas publishes, in its words', async () => {
    const atlas = await openTestAtlas(database, { rateFactor: 1 })
    const { authority, app } = atlas
    const caller = await createAtlasCaller(authority, app, authority.actorA, 'ORG_OWNER')
    const form = ['-u', `${caller.clientId}:${caller.secret}`, '-d', 'grant_type=client_credentials']
    for (let count = 1; count < 10; count += 1) expect((await atlas.curl(TOKEN, ...form)).status).toBe(200)
    const limited = await atlas.curl(TOKEN, ...form)
    expect(limited.status).toBe(429)
    expect(limited.headers.has('retry-after')).toBe(true)
    expect(limited.text).toBe(
      '{"detail":"Resource /api/oauth/token is limited to 10 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/oauth/token",10,1],"reason":"Too Many Requests"}',
    )
    const settings = () => atlas.curl(`${ORG}/settings`, ...caller.options, '-H', `Accept: ${NEWEST}`)
    for (let count = 1; count <= 10; count += 1) {
      const { headers } = await settings()
      expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual([
        '10',
        String(10 - count),
      ])
    }
    authority.clock.advance(5_000)
    const empty = await settings()
    expect([empty.status, empty.headers.get('retry-after')]).toEqual([429, '55'])
    expect(empty.text).toBe(
      '{"detail":"Rate limit exceeded for api/atlas/v2/orgs/{orgId}/settings. Please retry after 55 seconds. Request capacity: 10. Refill rate: 5 per 60 seconds.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["api/atlas/v2/orgs/{orgId}/settings",55,10,5,60],"reason":"Too Many Requests"}',
    )
    authority.clock.advance(55_000)
    expect((await settings()).headers.get('ratelimit-remaining')).toBe('4')
    await atlas.close()
  })
})
