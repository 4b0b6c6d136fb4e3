import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { nativeCalls } from './calls.ts'

const WEB = { grant_types: ['authorization_code'], redirect_uris: ['https://shop.example.com/callback'] }
const SERVICE = {
  grant_types: ['client_credentials'],
  application_type: 'service',
  token_endpoint_auth_method: 'private_key_jwt',
}

describe.each(DATABASES)('applications of the native API on $name', (database) => {
  let server: TestOkta
  const call = nativeCalls(() => server)
  beforeAll(async () => {
    server = await openTestOkta(database)
  })
  afterAll(() => server.close())

  const make = async (label: string, settings: object = WEB) => {
    const { status, body } = await call('POST', '/applications', { label, settings })
    expect(status).toBe(201)
    // What is made in one millisecond comes in the order of its ids.
    server.authority.clock.advance(1)
    return body
  }
  const jwk = (kid: string, curve = 'P-256') => ({
    ...generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' }),
    kid,
  })
  const rsa = (kid: string) => ({
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
    kid,
  })

  it('are made, found, replaced, deactivated and deleted', async () => {
    const made = await make('Shop')
    expect(made).toMatchObject({ label: 'Shop', status: 'ACTIVE', settings: WEB })
    expect(made.clientSecret).toMatch(/^[\w-]{64}$/)
    await make('Shopping')
    const found = await call('GET', '/applications?q=SHOP&limit=1')
    expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([made.id])
    const rest = await call('GET', `/applications?q=SHOP&limit=1&after=${found.body.next}`)
    expect(rest.body).toMatchObject({ items: [{ label: 'Shopping' }], next: null })
    const { settings } = made
    const replaced = await call('PUT', `/applications/${made.id}`, {
      label: 'Store',
      settings: { ...settings, consent_method: 'REQUIRED' },
    })
    expect(replaced.body).toMatchObject({
      label: 'Store',
      settings: { consent_method: 'REQUIRED' },
      clientSecret: null,
    })
    expect(await call('DELETE', `/applications/${made.id}`)).toMatchObject({
      status: 409,
      body: { code: 'application_active' },
    })
    expect((await call('POST', `/applications/${made.id}/deactivate`)).body).toMatchObject({
      status: 'INACTIVE',
      actions: { delete: { allowed: true } },
    })
    expect((await call('GET', '/applications?status=INACTIVE')).body.items).toHaveLength(1)
    expect((await call('DELETE', `/applications/${made.id}`)).status).toBe(204)
    expect((await call('GET', `/applications/${made.id}`)).status).toBe(404)
  })

  it('refuse settings that break a rule, and say which', async () => {
    const refused = await call('POST', '/applications', {
      label: 'x',
      settings: { grant_types: ['authorization_code'], redirect_uris: ['http://x/#y'] },
    })
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_redirect_uri' } })
    // The console is a client of every organization.
    const taken = await call('POST', '/applications', {
      label: 'Mine',
      clientId: 'rescind-console',
      settings: WEB,
    })
    expect(taken.body.code).toBe('client_id_taken')
  })

  it('have secrets that are told once, and again to an administrator whom the log names', async () => {
    const { id, clientSecret } = await make('Secretive')
    const path = `/applications/${id}/secrets`
    const [first] = (await call('GET', path)).body.items
    expect(first).toMatchObject({
      status: 'ACTIVE',
      actions: {
        reveal: { allowed: true },
        deactivate: { allowed: false, reason: 'client_secret_only_active' },
        delete: { allowed: false, reason: 'client_secret_active' },
      },
    })
    expect(JSON.stringify(await call('GET', path))).not.toContain(clientSecret)
    expect(await call('POST', `${path}/${first.id}/reveal`)).toEqual({
      status: 200,
      body: { value: clientSecret },
    })
    const audit = await call('GET', '/audit?limit=1000')
    expect(audit.body.items.at(-1)).toMatchObject({
      kind: 'secret.revealed',
      subject: { secret: first.id },
      actor: { type: 'api_token' },
    })
    const second = await call('POST', path)
    expect(second.body.value).toMatch(/^[\w-]{64}$/)
    expect((await call('POST', path)).body.code).toBe('client_secret_limit_reached')
    expect((await call('POST', `${path}/${first.id}/deactivate`)).body.status).toBe('INACTIVE')
    expect((await call('POST', `${path}/${second.body.id}/deactivate`)).body.code).toBe(
      'client_secret_only_active',
    )
    expect((await call('DELETE', `${path}/${first.id}`)).status).toBe(204)
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    expect((await call('POST', `${path}/${second.body.id}/reveal`, undefined, reader)).status).toBe(403)
    expect(server.logged()).not.toContain(clientSecret)
  })

  it('have keys, each with what its ring would say to a change', async () => {
    const { id } = await make('Billing', SERVICE)
    const path = `/applications/${id}/keys`
    const first = await call('POST', path, { jwk: jwk('one') })
    expect(first).toMatchObject({
      status: 201,
      body: {
        kid: 'one',
        use: 'sig',
        kty: 'EC',
        status: 'ACTIVE',
        actions: {
          activate: { allowed: true },
          deactivate: { allowed: false, reason: 'client_key_only_active' },
          delete: { allowed: false, reason: 'client_key_active' },
        },
      },
    })
    expect((await call('POST', `${path}/${first.body.id}/deactivate`)).body.code).toBe(
      'client_key_only_active',
    )
    await call('POST', path, { jwk: rsa('two'), use: 'enc', status: 'INACTIVE' })
    const rings = await call('GET', path)
    expect(rings.body).toMatchObject({
      managed: true,
      signing: [{ kid: 'one' }],
      encryption: [{ kid: 'two', status: 'INACTIVE', actions: { delete: { allowed: true } } }],
      actions: { add: { allowed: true } },
    })
    const two = rings.body.encryption[0].id
    expect((await call('POST', `${path}/${two}/activate`)).body.status).toBe('ACTIVE')
    expect((await call('POST', `${path}/${two}/deactivate`)).body.status).toBe('INACTIVE')
    expect((await call('DELETE', `${path}/${two}`)).status).toBe(204)
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const given = { jwk: { ...pair.privateKey.export({ format: 'jwk' }), kid: 'given' } }
    expect((await call('POST', path, given)).body.code).toBe('client_key_private')
    const again = { jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: 'again' } }
    expect((await call('POST', path, again)).body.code).toBe('client_key_blocked')
  })

  it('of another organization do not exist', async () => {
    const { id } = await make('Own')
    const [{ id: secret }] = (await call('GET', `/applications/${id}/secrets`)).body.items
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/keys'],
      ['GET', '/secrets'],
      ['POST', `/secrets/${secret}/reveal`],
      ['POST', '/secrets'],
      ['POST', '/deactivate'],
      ['DELETE', ''],
    ] as const)
      expect((await call(method, `/applications/${id}${path}`, undefined, server.adminB)).status).toBe(404)
    expect((await call('GET', `/applications/${id}`)).body.status).toBe('ACTIVE')
  })
})
