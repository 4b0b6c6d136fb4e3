import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SECTIONS } from '../../src/apis/okta/errors/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { createCredential, type OktaReply, openTestOkta, type TestOkta } from '../support/okta.ts'

const refusal = ({ status, body }: OktaReply) => [status, body.errorCode, body.errorSummary]

describe.each(DATABASES)("Okta's conventions on $name", (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
  })
  afterAll(() => okta.close())

  it('answers a refusal in the envelope, with a request id and what is left of the allowance', async () => {
    const { status, headers, body } = await okta.call(okta.adminA, 'GET /api-tokens/00Tnobody')
    expect(status).toBe(404)
    expect(body).toEqual({
      errorCode: 'E0000007',
      errorSummary: 'Not found: Resource not found: 00Tnobody (ApiToken)',
      errorLink: 'E0000007',
      errorId: expect.stringMatching(/^oae[A-Za-z0-9_-]{22}$/),
      errorCauses: [],
    })
    expect(headers['x-okta-request-id']).toMatch(/^[A-Za-z0-9_-]{27}$/)
    expect(headers['x-rate-limit-limit']).toBe('1000000')
    expect(headers['x-rate-limit-remaining']).toMatch(/^\d+$/)
    expect(headers['x-rate-limit-reset']).toBe(String(Date.parse('2026-01-01T00:01:00Z') / 1000))
    expect(headers['cache-control']).toBe('no-cache, no-store')
  })

  describe('authentication', () => {
    it.each([
      ['no header', undefined, 403, 'E0000005'],
      ['an empty header', '', 403, 'E0000005'],
      ['a scheme without a credential', 'SSWS', 403, 'E0000005'],
      ['another scheme', 'Basic YTpi', 403, 'E0000005'],
      ['two spaces', 'SSWS  x', 403, 'E0000005'],
      ['a credential with white space', 'SSWS a b', 403, 'E0000005'],
      ['an unknown token', 'SSWS 00unknown', 401, 'E0000011'],
      ['SQL', "SSWS ';drop/**/table/**/users;--", 401, 'E0000011'],
      ['a scheme in lower case and an unknown token', 'ssws 00unknown', 401, 'E0000011'],
    ])('%s', async (_, authorization, status, code) => {
      const headers = authorization === undefined ? {} : { authorization }
      const reply = await okta.app.inject({ url: '/api/v1/users', headers })
      expect([reply.statusCode, reply.json().errorCode]).toEqual([status, code])
      expect(reply.headers['x-rate-limit-remaining']).toBeDefined()
    })

    it('takes the scheme in any case', async () => {
      const authorization = `ssws ${okta.adminA.token}`
      expect((await okta.app.inject({ url: '/api/v1/users', headers: { authorization } })).statusCode).toBe(
        200,
      )
    })

    it('asks who it is before it looks at anything else', async () => {
      const reply = await okta.app.inject({
        method: 'POST',
        url: '/api/v1/users',
        headers: { 'content-type': 'application/json' },
        payload: '{',
      })
      expect(reply.json().errorCode).toBe('E0000005')
    })

    it.each([
      [ORGANIZATION_A, 200],
      [ORGANIZATION_B, 401],
      ['nobody', 401],
    ])('the host of organization %s', async (subdomain, status) => {
      const headers = { ...okta.adminA.header, host: `${subdomain}.localhost:8080` }
      expect((await okta.app.inject({ url: '/api/v1/users', headers })).statusCode).toBe(status)
    })
  })

  describe('permissions', () => {
    it('lets a reader read and nothing else', async () => {
      const reader = await createCredential(okta.authority, okta.authority.actorA, 'organization_reader')
      expect((await okta.call(reader, 'GET /users')).status).toBe(200)
      expect(refusal(await okta.call(reader, `DELETE /users/${okta.adminA.userId}`))).toEqual([
        403,
        'E0000006',
        'You do not have permission to perform the requested action',
      ])
    })

    it('lets a user without a role do nothing', async () => {
      const nobody = await createCredential(okta.authority, okta.authority.actorA)
      expect((await okta.call(nobody, 'GET /users')).status).toBe(403)
      expect((await okta.call(nobody, 'POST /api-tokens', { name: 'x' })).status).toBe(403)
    })
  })

  describe('paths and methods', () => {
    it.each([
      ['GET /', 404, 'E0000008'],
      ['GET /nothing', 404, 'E0000008'],
      ['GET /users/a/b/c/d', 404, 'E0000008'],
      [`GET /users/${'x'.repeat(5000)}`, 404, 'E0000007'],
      ['GET /users/%zz', 404, 'E0000007'],
      ['GET /users/%ff', 404, 'E0000007'],
      ['GET /%', 404, 'E0000008'],
      ['GET /users/%00', 404, 'E0000007'],
      ["GET /users/'%20or%201=1--", 404, 'E0000007'],
      ['GET /users/..%2f..%2fetc%2fpasswd', 404, 'E0000007'],
      ['GET /users/__proto__', 404, 'E0000007'],
      ['PUT /users', 405, 'E0000022'],
      ['DELETE /api-tokens', 405, 'E0000022'],
      ['GET /users/x/lifecycle/suspend', 405, 'E0000022'],
    ] as const)('%s', async (place, status, code) => {
      const reply = await okta.call(okta.adminA, place)
      expect([reply.status, reply.body.errorCode]).toEqual([status, code])
    })

    it('says which methods a path has', async () => {
      const { headers } = await okta.call(okta.adminA, 'DELETE /users')
      expect(headers.allow).toBe('GET, HEAD, POST')
    })

    it('forgives a slash too many in front', async () => {
      const reply = await okta.app.inject({ url: '//api/v1/users', headers: okta.adminA.header })
      expect(reply.statusCode).toBe(200)
    })
  })

  describe('bodies', () => {
    const json = 'application/json'
    it.each([
      ['half an object', json, '{"profile":', 400, 'E0000003'],
      ['nothing at all', json, '', 400, 'E0000003'],
      ['not UTF-8', json, Buffer.from([0x22, 0xff, 0x22]), 400, 'E0000003'],
      ['a byte order mark', json, '\uFEFF{}', 400, 'E0000003'],
      ['a member twice', json, '{"name":"a","name":"b"}', 400, 'E0000003'],
      ['a member twice, spelled otherwise', json, '{"name":"a","n\\u0061me":"b"}', 400, 'E0000003'],
      ['__proto__', json, '{"name":"a","__proto__":{"admin":true}}', 400, 'E0000003'],
      ['__proto__ by escape', json, '{"name":"a","\\u005f_proto__":{}}', 400, 'E0000003'],
      ['constructor', json, '{"name":"a","constructor":{"prototype":{}}}', 400, 'E0000003'],
      ['a NUL', json, '{"name":"a\\u0000b"}', 400, 'E0000003'],
      ['a lone surrogate', json, '{"name":"\\ud800"}', 400, 'E0000003'],
      ['an integer that no double holds', json, '{"name":9007199254740993}', 400, 'E0000003'],
      ['a thousand brackets', json, '['.repeat(1000), 400, 'E0000003'],
      ['an array', json, '[]', 400, 'E0000001'],
      ['null', json, 'null', 400, 'E0000001'],
      ['a wrong type', json, '{"name":1}', 400, 'E0000001'],
      ['an unknown member', json, '{"name":"a","admin":true}', 400, 'E0000001'],
      ['a missing member', json, '{}', 400, 'E0000001'],
      ['one megabyte', json, JSON.stringify({ name: 'x'.repeat(1_000_000) }), 413, 'E0000003'],
      ['a form', 'application/x-www-form-urlencoded', 'name=a', 400, 'E0000021'],
      ['text', 'text/plain', '{"name":"a"}', 400, 'E0000021'],
      ['no type of content', '', '{"name":"a"}', 400, 'E0000021'],
    ])('%s', async (_, type, payload, status, code) => {
      const before = await okta.call(okta.adminA, 'GET /api-tokens')
      const reply = await okta.app.inject({
        method: 'POST',
        url: '/api/v1/api-tokens',
        headers: {
          ...okta.adminA.header,
          'content-type': type,
          'content-length': String(Buffer.byteLength(payload)),
        },
        payload,
      })
      expect([reply.statusCode, reply.json().errorCode]).toEqual([status, code])
      expect((await okta.call(okta.adminA, 'GET /api-tokens')).body.length).toBe(before.body.length)
    })

    it('names the member at fault', async () => {
      const { body } = await okta.call(okta.adminA, 'POST /users', { profile: { login: 1 }, extra: true })
      expect(body.errorSummary).toBe('Api validation failed: user')
      const causes = body.errorCauses.map((cause: { errorSummary: string }) => cause.errorSummary)
      expect(causes).toContain('profile.email: The field cannot be left blank')
      expect(causes).toContain('extra: The field is not known here')
      expect(causes).toContainEqual(expect.stringMatching(/^profile\.login: /))
    })

    it('asks for a length, be it zero', async () => {
      const url = '/api/v1/users/me/lifecycle/suspend'
      const reply = await okta.app.inject({ method: 'POST', url, headers: okta.adminA.header })
      expect([reply.statusCode, reply.json().errorCode]).toEqual([411, 'E0000003'])
    })
  })

  it('goes through a list in pages that its own links name', async () => {
    for (let index = 0; index < 5; index += 1)
      await okta.call(okta.adminB, 'POST /api-tokens', { name: `token ${index}` })
    const seen: string[] = []
    let path: string | undefined = '/api-tokens?limit=2'
    while (path !== undefined) {
      const { body, headers } = await okta.call(okta.adminB, `GET ${path}`)
      seen.push(...body.map((token: { id: string }) => token.id))
      const links: string[] = [headers.link].flat().map(String)
      expect(links[0]).toBe(`<http://localhost:8080/api/v1${path}>; rel="self"`)
      path = links
        .map((link) => /^<http:\/\/localhost:8080\/api\/v1(.*)>; rel="next"$/.exec(link)?.[1])
        .find((next) => next !== undefined)
    }
    expect(new Set(seen).size).toBe(6)
    expect(seen.length).toBe(6)
  })

  it.each(['nonsense', '%00', 'MS4x%20', "'", 'a'.repeat(101)])('refuses the cursor %s', async (after) => {
    const reply = await okta.call(okta.adminA, `GET /users?after=${after}`)
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'E0000001'])
  })

  it.each(['0', '201', '-1', '1.5', '1e1', '%201', 'x', '1&limit=2'])(
    'refuses the limit %s',
    async (limit) => {
      const reply = await okta.call(okta.adminA, `GET /users?limit=${limit}`)
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'E0000001'])
    },
  )

  it('logs no credential', () => {
    expect(okta.logged()).toContain('"errorCode"')
    expect(okta.logged()).not.toContain(okta.adminA.token)
  })
})

describe.each(DATABASES)('rate limits on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database, { requestsPerMinute: 3 })
  })
  afterAll(() => okta.close())

  it('counts each credential by itself, and begins again with the minute', async () => {
    for (const remaining of ['2', '1', '0']) {
      const { status, headers } = await okta.call(okta.adminA, 'GET /users')
      expect([status, headers['x-rate-limit-limit'], headers['x-rate-limit-remaining']]).toEqual([
        200,
        '3',
        remaining,
      ])
    }
    const limited = await okta.call(okta.adminA, 'GET /users')
    expect(refusal(limited)).toEqual([
      429,
      'E0000047',
      'API call exceeded rate limit due to too many requests.',
    ])
    expect(limited.headers['x-rate-limit-reset']).toBe(String(okta.authority.clock.now() / 1000 + 60))
    expect((await okta.call(okta.adminB, 'GET /users')).status).toBe(200)
    okta.authority.clock.advance(60_000)
    expect((await okta.call(okta.adminA, 'GET /users')).status).toBe(200)
  })

  it('counts whoever has no good credential by the address', async () => {
    for (let count = 0; count < 3; count += 1)
      expect((await okta.call(undefined, 'GET /nothing')).status).toBe(404)
    expect((await okta.call(undefined, 'GET /users')).status).toBe(429)
    const guess = { userId: '', token: '', header: { authorization: 'SSWS guess' } }
    expect((await okta.call(guess, 'GET /users')).status).toBe(429)
  })
})

it('says each refusal in one section only', () => {
  const codes = SECTIONS.flatMap((section) => Object.keys(section))
  expect(codes.length).toBe(new Set(codes).size)
})
