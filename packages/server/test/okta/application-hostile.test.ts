import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp, serviceBody, webBody } from '../support/applications.ts'
import { clientsByTables, entriesOf } from '../support/client-history.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey, rsaKey } from '../support/jwks.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

const { n, e } = rsaKey('victim')
const rsa = { kty: 'RSA', kid: 'k', use: 'sig', n, e }

/** Bodies that are JSON and no key; each is refused with 400. */
const NO_KEYS: readonly (readonly [string, unknown])[] = [
  ['a list', []],
  ['text', 'RSA'],
  ['a number', 7],
  ['null', null],
  ['nothing in it', {}],
  ['no kty', { kid: 'k', n, e }],
  ['kty a list', { ...rsa, kty: ['RSA'] }],
  ['kty __proto__', { ...rsa, kty: '__proto__' }],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
  ['n a number', { ...rsa, n: 65537 }],
  ['n an object', { ...rsa, n: { toString: 'x' } }],
  ['n with a line break', { ...rsa, n: `${n}\n` }],
  ['e = 1', { ...rsa, e: 'AQ' }],
  ['e = 3', { ...rsa, e: 'Aw' }],
  ['a kid of 10 kB', { ...rsa, kid: 'k'.repeat(10_240) }],
  ['an empty kid', { ...rsa, kid: '' }],
  ['a kid with NUL', { ...rsa, kid: 'k\u0000' }],
  ['a kid with half a character', { ...rsa, kid: 'k\ud800' }],
  ['a kid with SQL', { ...rsa, kid: "' OR 1=1 --" }],
  ['a kid that climbs', { ...rsa, kid: '../../etc/passwd' }],
  ['a kid that is a number', { ...rsa, kid: 1 }],
  ['an unknown use', { ...rsa, use: 'tls' }],
  ['an unknown status', { ...rsa, status: 'REVOKED' }],
  ['an algorithm of another type', { ...rsa, alg: 'ES256' }],
  ['alg none', { ...rsa, alg: 'none' }],
  ['a symmetric algorithm', { ...rsa, alg: 'HS256' }],
  ['an EC key for encryption', { ...ecKey('k'), use: 'enc' }],
  ['a point off the curve', { ...ecKey('k'), y: ecKey('other').y }],
  ['coordinates of a curve not named', { ...ecKey('k'), crv: 'P-384' }],
  ['an unknown curve', { ...ecKey('k'), crv: 'secp256k1' }],
  ['Ed25519, the identity', { kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}`, kid: 'k', use: 'sig' }],
]

const BAD_APPLICATIONS: readonly (readonly [string, unknown])[] = [
  ['no body', undefined],
  ['a list', []],
  ['nothing in it', {}],
  ['another kind', serviceBody({ more: { signOnMode: 'SAML_2_0' } })],
  ['another name', serviceBody({ more: { name: 'bookmark' } })],
  ['no label', serviceBody({ more: { label: undefined } })],
  ['an empty label', serviceBody({ more: { label: '' } })],
  ['a label beyond 100 characters', serviceBody({ more: { label: 'x'.repeat(101) } })],
  ['a label with NUL', serviceBody({ more: { label: 'x\u0000' } })],
  ['a label that turns', serviceBody({ more: { label: 'a\u202eb' } })],
  ['a label of half a character', serviceBody({ more: { label: 'a\ud800' } })],
  ['a label that is a number', serviceBody({ more: { label: 1 } })],
  ['no credentials', serviceBody({ more: { credentials: undefined } })],
  ['no settings', serviceBody({ more: { settings: undefined } })],
  ['no grant types', serviceBody({ client: { grant_types: [] } })],
  ['grant types null', serviceBody({ client: { grant_types: null } })],
  ['an unknown grant type', serviceBody({ client: { grant_types: ['magic'] } })],
  ['an unknown application type', serviceBody({ client: { application_type: 'toaster' } })],
  ['an unknown method', serviceBody({ credential: { token_endpoint_auth_method: 'tls_client_auth' } })],
  ['wildcard redirects', webBody({ client: { wildcard_redirect: 'SUBDOMAIN' } })],
  [
    'a redirect address with half a character',
    webBody({ client: { redirect_uris: ['https://a.example/\ud800'] } }),
  ],
  ['101 redirect addresses', webBody({ client: { redirect_uris: Array(101).fill('https://a.example/') } })],
  ['leeway beyond a minute', webBody({ client: { refresh_token: { rotation_type: 'ROTATE', leeway: 61 } } })],
  [
    'half a second of leeway',
    webBody({ client: { refresh_token: { rotation_type: 'ROTATE', leeway: 0.5 } } }),
  ],
  ['a client id of 5 characters', serviceBody({ credential: { client_id: 'short' } })],
  ['a client id with white space', serviceBody({ credential: { client_id: 'my client' } })],
  ['a client id with SQL', serviceBody({ credential: { client_id: "' OR 1=1 --" } })],
  ['a secret for a client with keys', serviceBody({ credential: { client_secret: 'x'.repeat(40) } })],
  [
    'keys here and elsewhere',
    serviceBody({ client: { jwks: { keys: [ecKey('a')] }, jwks_uri: 'https://a.example/' } }),
  ],
  ['keys that are none', serviceBody({ client: { jwks: { keys: [ecKey('a'), {}] } } })],
  ['one kid twice', serviceBody({ client: { jwks: { keys: [ecKey('a'), rsaKey('a')] } } })],
  [
    '51 keys',
    serviceBody({ client: { jwks: { keys: Array.from({ length: 51 }, (_, at) => ecKey(`k${at}`)) } } }),
  ],
  ['jwks a list', serviceBody({ client: { jwks: [ecKey('a')] } })],
  [
    'scopes that are none',
    serviceBody({ client: { idp_initiated_login: { mode: 'SPEC', default_scope: ['a b'] } } }),
  ],
]

describe.each(DATABASES)('hostile input about applications on $name', (database) => {
  let server: TestOkta
  let appId: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    appId = await createApp(server)
  })
  afterAll(() => server.close())

  let before: unknown
  const everything = async () => [
    await clientsByTables(server.authority, server.authority.actorA),
    (await entriesOf(server.authority, server.authority.actorA)).length,
  ]
  beforeEach(async () => {
    before = await everything()
  })

  const expectRefused = async (reply: Awaited<ReturnType<TestOkta['call']>>, ...statuses: number[]) => {
    expect(statuses).toContain(reply.status)
    expect(Object.keys(reply.body)).toEqual([
      'errorCode',
      'errorSummary',
      'errorLink',
      'errorId',
      'errorCauses',
    ])
    expect(await everything()).toEqual(before)
  }

  it.each(NO_KEYS)('a key that is %s', async (_, body) => {
    await expectRefused(await server.call(server.adminA, `POST /apps/${appId}/credentials/jwks`, body), 400)
  })

  it.each(NO_KEYS.filter(([name]) => name !== 'null'))(
    'a key inside an application that is %s',
    async (_, key) => {
      const body = serviceBody({ client: { jwks: { keys: [key] } } })
      await expectRefused(await server.call(server.adminA, 'POST /apps', body), 400)
      await expectRefused(await server.call(server.adminA, `PUT /apps/${appId}`, body), 400)
    },
  )

  it.each(BAD_APPLICATIONS)('an application with %s', async (_, body) => {
    await expectRefused(await server.call(server.adminA, 'POST /apps', body), 400)
    await expectRefused(await server.call(server.adminA, `PUT /apps/${appId}`, body), 400)
  })

  it.each(["'%20OR%201=1%20--", '%22', '%25', '..%2f..', '%00', '__proto__', 'constructor', 'a'.repeat(90)])(
    'an id that is %s',
    async (id) => {
      for (const place of [
        `GET /apps/${id}`,
        `DELETE /apps/${id}`,
        `POST /apps/${id}/lifecycle/deactivate`,
        `GET /apps/${id}/credentials/jwks`,
        `DELETE /apps/${appId}/credentials/jwks/${id}`,
        `POST /apps/${appId}/credentials/jwks/${id}/lifecycle/activate`,
        `GET /apps/${appId}/credentials/secrets/${id}`,
      ] as const)
        await expectRefused(await server.call(server.adminA, place), 400, 404)
    },
  )

  it.each(['__proto__', 'constructor', 'prototype'])('a member called %s, wherever it is', async (name) => {
    const member = `"${name}":{"admin":true}`
    for (const [url, payload] of [
      [`/apps/${appId}/credentials/jwks`, `{"kty":"EC",${member}}`],
      ['/apps', JSON.stringify(serviceBody()).replace('"grant_types"', `${member},"grant_types"`)],
    ] as const) {
      const headers = { ...server.adminA.header, 'content-type': 'application/json' }
      const reply = await server.app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload })
      await expectRefused({ status: reply.statusCode, headers: {}, body: reply.json() }, 400)
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('anything in the place of anything, and never a 500', async () => {
    const key = fc.record(
      {
        kty: fc.oneof(fc.constantFrom('RSA', 'EC', 'OKP'), fc.jsonValue()),
        kid: fc.jsonValue(),
        use: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const hostile = fc.oneof(
      fc.tuple(fc.constant('credentials/jwks'), fc.oneof(key, fc.jsonValue())),
      fc.tuple(
        fc.constant('credentials/secrets'),
        fc.record({ client_secret: fc.jsonValue(), status: fc.jsonValue() }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async ([path, body]) => {
        const reply = await server.call(server.adminA, `POST /apps/${appId}/${path}`, body)
        expect(reply.status).toBe(400)
      }),
      { numRuns: 100 },
    )
  })
})
