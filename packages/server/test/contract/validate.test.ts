import { describe, expect, it } from 'vitest'
import { expectContract, OPERATIONS } from './validate.ts'

/** Bodies as they were recorded from Okta; the cases below spoil one thing each. */
const href = (path: string, allow: string) => ({ href: `http://localhost${path}`, hints: { allow: [allow] } })
const clientKey = {
  kty: 'RSA',
  id: 'pks0123456789ABCDEFG',
  created: '2026-01-01T00:00:00.000Z',
  lastUpdated: '2026-01-01T00:00:00.000Z',
  status: 'ACTIVE',
  alg: 'RS256',
  kid: 'one',
  use: 'sig',
  e: 'AQAB',
  n: 'AQAB',
  _links: { deactivate: href('/deactivate', 'POST') },
}
const inactiveLinks = { activate: href('/activate', 'POST'), delete: href('/', 'DELETE') }
const apiKey = {
  id: 'apk0123456789ABCDEFG',
  kid: 'one',
  kty: 'RSA',
  use: 'enc',
  e: 'AQAB',
  n: 'AQAB',
  status: 'INACTIVE',
  created: '2026-01-01T00:00:00.000Z',
  lastUpdated: '2026-01-01T00:00:00.000Z',
  _links: inactiveLinks,
}
const envelope = {
  errorCode: 'E0000001',
  errorSummary: 'Api validation failed: JsonWebKey',
  errorLink: 'E0000001',
  errorId: 'oae0dLhxVgvTTevmxzYcno6Ng',
  errorCauses: [{ errorSummary: 'a cause' }],
}

describe('a body that keeps the contract', () => {
  it.each([
    ['getJwk', 200, clientKey],
    ['getJwk', 200, { ...clientKey, status: 'INACTIVE', _links: inactiveLinks }],
    ['listJwk', 200, { keys: [clientKey] }],
    ['listJwk', 200, { keys: [] }],
    ['getOAuth2ResourceServerJsonWebKey', 200, apiKey],
    ['listOAuth2ResourceServerJsonWebKeys', 200, [apiKey]],
    ['deletejwk', 204, undefined],
    ['addJwk', 400, envelope],
    ['addJwk', 404, envelope],
  ] as const)('passes: %s %i', (operation, status, body) => {
    expect(() => expectContract(operation, status, body)).not.toThrow()
  })
})

describe('a body that breaks the contract', () => {
  it.each([
    ['a bare array of client keys', 'listJwk', 200, [clientKey], /must be object/],
    ['an unknown member', 'getJwk', 200, { ...clientKey, d: 'x' }, /unknown member "d"/],
    ['an unknown member inside a list', 'listJwk', 200, { keys: [{ ...clientKey, d: 'x' }] }, /"d"/],
    ['a missing member', 'getJwk', 200, { ...clientKey, created: undefined }, /created/],
    ['a time in seconds', 'getJwk', 200, { ...clientKey, created: '2026-01-01T00:00:00Z' }, /pattern/],
    ['the id of another kind', 'getJwk', 200, { ...clientKey, id: 'apk0123456789ABCDEFG' }, /pattern/],
    ['links of the other status', 'getJwk', 200, { ...clientKey, _links: inactiveLinks }, /_links/],
    ['alg on an encryption key', 'getJwk', 200, { ...clientKey, use: 'enc' }, /"alg"/],
    [
      'links on an ACTIVE API key',
      'getOAuth2ResourceServerJsonWebKey',
      200,
      { ...apiKey, status: 'ACTIVE' },
      /_links/,
    ],
    ['a body where there is none', 'deletejwk', 204, {}, /no body/],
    ['no body where there is one', 'getJwk', 200, undefined, /must be object/],
    ['a foreign envelope', 'addJwk', 400, { code: 'invalid', message: 'no' }, /errorCode/],
    ['a malformed error id', 'addJwk', 400, { ...envelope, errorId: '1' }, /pattern/],
    ['a status that nothing explains', 'getJwk', 202, clientKey, /neither in the contract nor explained/],
    ['an internal error', 'getJwk', 500, envelope, /neither in the contract nor explained/],
  ] as const)('is refused: %s', (_, operation, status, body, breach) => {
    expect(() => expectContract(operation, status, body)).toThrow(breach)
  })
})

it('has operations that can be told apart by method and path', () => {
  const routes = Object.values(OPERATIONS).map(({ method, path }) => `${method} ${path}`)
  expect(new Set(routes).size).toBe(routes.length)
})
