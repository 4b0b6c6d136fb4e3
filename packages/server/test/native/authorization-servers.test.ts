import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'
import { nativeCalls } from './calls.ts'

describe.each(DATABASES)('authorization servers of the native API on $name', (database) => {
  let server: TestOkta
  let id: string
  const call = nativeCalls(() => server)
  const settings = { name: 'Orders', audiences: ['https://orders.example.com'] }
  beforeAll(async () => {
    server = await openTestOkta(database)
    const made = await call('POST', '/authorization-servers', settings)
    expect(made).toMatchObject({ status: 201, body: { ...settings, status: 'ACTIVE', isDefault: false } })
    id = made.body.id
  })
  afterAll(() => server.close())

  it('are found, changed, switched off and deleted', async () => {
    server.authority.clock.advance(1)
    const other = { name: 'Bills', audiences: ['https://bills.example.com'] }
    const { body } = await call('POST', '/authorization-servers', other)
    const first = await call('GET', '/authorization-servers?limit=1')
    expect(first.body.items).toMatchObject([{ id }])
    const rest = await call('GET', `/authorization-servers?after=${first.body.next}`)
    expect(rest.body).toMatchObject({ items: [{ id: body.id }], next: null })
    expect((await call('GET', '/authorization-servers?q=BILLS.ex')).body.items).toHaveLength(1)
    const changed = { ...other, description: 'all of them', rotationMode: 'MANUAL' }
    expect((await call('PUT', `/authorization-servers/${body.id}`, changed)).body.description).toBe(
      'all of them',
    )
    expect((await call('GET', `/authorization-servers/${body.id}/signing`)).body.rotationMode).toBe('MANUAL')
    expect((await call('POST', `/authorization-servers/${body.id}/deactivate`)).body.status).toBe('INACTIVE')
    expect((await call('POST', `/authorization-servers/${body.id}/activate`)).body.status).toBe('ACTIVE')
    expect((await call('DELETE', `/authorization-servers/${body.id}`)).status).toBe(204)
    expect((await call('GET', `/authorization-servers/${body.id}`)).status).toBe(404)
  })

  it('have scopes', async () => {
    const path = `/authorization-servers/${id}/scopes`
    const made = await call('POST', path, { name: 'orders:read', displayName: 'See orders' })
    expect(made).toMatchObject({ status: 201, body: { name: 'orders:read', system: false } })
    const { body } = await call('GET', path)
    expect(body.items.map(({ name }: { name: string }) => name)).toContain('openid')
    const one = `${path}/${made.body.id}`
    expect((await call('PUT', one, { name: 'orders:see', isDefault: true })).body).toMatchObject({
      name: 'orders:see',
      isDefault: true,
    })
    expect((await call('GET', one)).body.name).toBe('orders:see')
    expect((await call('DELETE', one)).status).toBe(204)
    const openid = body.items.find(({ name }: { name: string }) => name === 'openid')
    expect((await call('DELETE', `${path}/${openid.id}`)).body.code).toBe('scope_is_system')
  })

  it('have encryption keys, each with what its ring would say to a change', async () => {
    const path = `/authorization-servers/${id}/encryption-keys`
    const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
    const made = await call('POST', path, { jwk: { ...rsa(), kid: 'one' } })
    expect(made).toMatchObject({ status: 201, body: { kid: 'one', status: 'INACTIVE' } })
    const one = `${path}/${made.body.id}`
    expect((await call('POST', `${one}/activate`)).body).toMatchObject({
      status: 'ACTIVE',
      actions: { deactivate: { allowed: true }, delete: { allowed: false, reason: 'api_key_active' } },
    })
    await call('PUT', `/authorization-servers/${id}`, { ...settings, encryptionAlg: 'RSA-OAEP-256' })
    expect((await call('GET', path)).body).toMatchObject({
      encrypts: true,
      jwksUri: null,
      limit: 5,
      keys: [{ actions: { deactivate: { allowed: false, reason: 'api_key_encrypts_tokens' } } }],
      actions: { add: { allowed: true } },
    })
    await call('PUT', `/authorization-servers/${id}`, settings)
    expect((await call('POST', `${one}/deactivate`)).body.status).toBe('INACTIVE')
    expect((await call('DELETE', one)).status).toBe(204)
  })

  it('rotate in good order, and at once where the key that signs is revoked', async () => {
    const path = `/authorization-servers/${id}/signing`
    const before = (await call('GET', path)).body
    expect(before.keys.map(({ state }: { state: string }) => state).sort()).toEqual(['active', 'next'])
    const active = before.keys.find(({ state }: { state: string }) => state === 'active')
    const rotated = (await call('POST', `${path}/rotate`)).body
    expect(rotated.keys.find(({ kid }: { kid: string }) => kid === active.kid)).toMatchObject({
      state: 'retired',
      lastTokenExpires: null,
    })
    const now = rotated.keys.find(({ state }: { state: string }) => state === 'active')
    const revoked = await call('POST', `${path}/rotate-and-revoke`, { reason: 'compromised', note: 'CASE-1' })
    expect(revoked.status).toBe(200)
    const states = new Map(
      revoked.body.keys.map(({ kid, state }: { kid: string; state: string }) => [kid, state]),
    )
    expect(states.get(now.kid)).toBe('revoked')
    expect([...states.values()]).toContain('active')
    expect((await call('GET', `/revocations/${revoked.body.revocationId}`)).body).toMatchObject({
      reason: 'compromised',
      note: 'CASE-1',
      target: { type: 'key', key: now.kid },
    })
    const nobodys = { kid: 'nobody', reason: 'test' }
    expect((await call('POST', `${path}/rotate-and-revoke`, nobodys)).status).toBe(404)
  })

  it('of another organization do not exist', async () => {
    const as = (method: 'GET' | 'POST', path: string, body?: object) =>
      call(method, `/authorization-servers/${id}${path}`, body, server.adminB)
    for (const path of ['', '/scopes', '/encryption-keys', '/signing'])
      expect((await as('GET', path)).status).toBe(404)
    expect((await as('POST', '/deactivate')).status).toBe(404)
    expect((await as('POST', '/signing/rotate')).status).toBe(404)
    expect((await as('POST', '/signing/rotate-and-revoke', { reason: 'test' })).status).toBe(404)
  })

  it('revoke no token that is not there', async () => {
    const { status, body } = await call('POST', '/revocations/batch', {
      tokens: ['a', 'b', 'a'],
      reason: 'test',
    })
    expect([status, body]).toMatchObject([201, { revoked: 0, alreadyRevoked: 0, unknown: ['a', 'b'] }])
  })
})
