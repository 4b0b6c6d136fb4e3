import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasAlready } from '../../src/apis/oauth/if-none-match.ts'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { revokeSigningKey, rotateSigningKeys } from '../../src/keys/signing-keys.ts'
import {
  activateAuthorizationServer,
  deactivateAuthorizationServer,
} from '../../src/revocation/authorization-server-lifecycle.ts'
import { SYSTEM } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestHttp, type TestHttp } from '../support/http.ts'

describe.each(DATABASES)('published keys on $name', (database) => {
  let http: TestHttp
  let origin: string
  let id: string

  beforeAll(async () => {
    http = await openTestHttp(database)
    origin = await http.listen()
    const { actorA } = http.authority
    id = (await createAuthorizationServer(http.authority, actorA, { name: 'x', audiences: ['urn:x'] })).id
    await http.authority.store.write(SYSTEM, ({ db }) =>
      db
        .updateTable('organizations')
        .set({ subdomain: 'default' })
        .where('id', '=', ORGANIZATION_A)
        .execute(),
    )
  })
  afterAll(() => http.close())

  const path = () => `/oauth2/${id}/v1/keys`
  const fetchKeys = (at: string, headers: Record<string, string> = {}) => fetch(`${origin}${at}`, { headers })

  // Twice: the first answer is read from the database, the second comes from memory before any routing.
  it.each(['first', 'second'])('are for anybody, cacheable and exact, the %s time', async () => {
    const response = await fetchKeys(path())
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('cache-control')).toBe('max-age=300, must-revalidate')
    expect(response.headers.get('etag')).toMatch(/^"[\w-]{27}"$/)
    const keys = await keysIn(response)
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(Object.keys(key)).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  it.each([
    ['the tag', (etag: string) => etag, 304],
    ['the tag, weak', (etag: string) => `W/${etag}`, 304],
    ['the tag among others', (etag: string) => `"a,b", ${etag}`, 304],
    ['a star', () => '*', 304],
    ['another tag', () => '"x"', 200],
    ['the tag without quotes', (etag: string) => etag.slice(1, -1), 200],
  ])('answer If-None-Match with %s', async (_, header, status) => {
    const etag = (await fetchKeys(path())).headers.get('etag') ?? ''
    for (const at of [path(), `${path()}?client_id=0oa1`]) {
      const response = await fetchKeys(at, { 'if-none-match': header(etag) })
      expect([response.status, response.headers.get('etag')]).toEqual([status, etag])
      expect((await response.arrayBuffer()).byteLength === 0).toBe(status === 304)
    }
  })

  it('are new as soon as a rotation or a revocation is acknowledged', async () => {
    const { authority } = http
    const before = await keysIn(await fetchKeys(path()))
    const ring = await rotateSigningKeys(authority, authority.actorA, id)
    const rotated = await keysIn(await fetchKeys(path()))
    expect(rotated).toHaveLength(before.length + 1)
    const active = ring.keys.find((key) => key.status === 'ACTIVE')?.kid ?? ''
    await revokeSigningKey(authority, authority.actorA, id, active)
    const keys = await keysIn(await fetchKeys(path()))
    expect(keys.map((key) => key.kid)).not.toContain(active)
  })

  it('are gone while the authorization server is inactive', async () => {
    const { authority } = http
    await fetchKeys(path())
    await deactivateAuthorizationServer(authority, authority.actorA, id)
    const response = await fetchKeys(path())
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'not_found', error_description: 'The authorization server does not exist.' },
    ])
    await activateAuthorizationServer(authority, authority.actorA, id)
    expect((await fetchKeys(path())).status).toBe(200)
  })

  it('of an organization itself are found by its host name, else those of `default`', async () => {
    const kidsAt = async (host: string) => {
      const response = await http.app.inject({ url: '/oauth2/v1/keys?client_id=x', headers: { host } })
      return response.statusCode === 200
        ? response.json().keys.map((key: { kid: string }) => key.kid)
        : response.statusCode
    }
    const own = await kidsAt('localhost:8080')
    expect(own).toHaveLength(2)
    expect(await kidsAt('127.0.0.1:8080')).toEqual(own)
    expect(await kidsAt('default.localhost')).toEqual(own)
    const other = await kidsAt(`${ORGANIZATION_B}.LOCALHOST:8080`)
    expect(other).toHaveLength(2)
    expect(other).not.toEqual(own)
    expect(await kidsAt('nobody.localhost')).toBe(404)
  })

  it.each([
    '/oauth2/aus00000000000000000/v1/keys',
    '/oauth2/default/v1/keys',
    `/oauth2/${ORGANIZATION_B}/v1/keys`,
    "/oauth2/';drop%20table%20signing_keys;--/v1/keys",
    '/oauth2/%00/v1/keys',
    '/oauth2/__proto__/v1/keys',
  ])('of %s do not exist', async (at) => {
    const response = await fetchKeys(at)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'not_found' })
  })
})

describe('If-None-Match', () => {
  it('does not take a tag that is part of another', () => {
    expect(hasAlready('"xabc"', '"abc"')).toBe(false)
    expect(hasAlready('', '"abc"')).toBe(false)
  })
})

const KeySet = Compile(
  Type.Object({
    keys: Type.Array(
      Type.Intersect([Type.Object({ kid: Type.String() }), Type.Record(Type.String(), Type.String())]),
    ),
  }),
)

async function keysIn(response: Response) {
  return KeySet.Parse(await response.json()).keys
}
