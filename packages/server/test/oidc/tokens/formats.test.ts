/*
 * What introspection, userinfo and revocation say of a token, in each format that an access token can have, before
 * and after it is revoked, and after the process has started again.
 */
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { createClient, type TestApi, TOKEN_FORMATS, type TokenFormat } from '../../support/management.ts'
import {
  clientToken,
  configurationOf,
  FULL_SCOPE,
  introspect,
  obtain,
  openWorld,
  refresh,
  type Tokens,
  userinfoStatus,
} from '../../support/oidc-world.ts'
import { restarted } from './restarted.ts'

type World = Awaited<ReturnType<typeof openWorld>>

const INACTIVE = { active: false }

describe.each(DATABASES)('tokens on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  const obtainFor = (format: TokenFormat, scope?: string): Promise<Tokens> =>
    obtain({
      client: world.web,
      api: world.apis[format],
      person: world.ada,
      ...(scope === undefined ? {} : { scope }),
    })

  /** Revokes as the client does to which the token was issued, or another one. */
  async function revoke(api: TestApi, token: string, client = world.web, hint?: string): Promise<void> {
    const config = await configurationOf(client, api.issuer)
    await openid.tokenRevocation(config, token, hint === undefined ? {} : { token_type_hint: hint })
  }

  async function refreshFault(tokens: Tokens): Promise<unknown> {
    const failure: unknown = await refresh(tokens).catch((reason: unknown) => reason)
    return failure instanceof openid.ResponseBodyError ? failure.error : failure
  }

  async function headOf(): Promise<number> {
    let seq = 0
    for (let after = ''; ; ) {
      const { items, next } = await world.admin.ok(`GET /api/rescind/v1/audit?limit=1000${after}`)
      for (const item of items) seq = Math.max(seq, item.seq)
      if (next === null || items.length === 0) return seq
      after = `&after=${encodeURIComponent(next)}`
    }
  }

  describe.each(TOKEN_FORMATS)('%s', (format) => {
    let api: TestApi
    beforeAll(() => {
      api = world.apis[format]
    })

    it('are told about in full while they are active', async () => {
      const { ada, web } = world
      const tokens = await obtainFor(format)
      const pos = expect.stringMatching(/^[0-9a-f]{24}\.1\.[0-9]+$/)
      const common = {
        active: true,
        token_type: 'Bearer',
        client_id: web.clientId,
        username: ada.login,
        sub: ada.id,
        iss: api.issuer,
        exp: expect.any(Number),
        iat: expect.any(Number),
        jti: expect.any(String),
        sid: expect.any(String),
        grant: expect.stringMatching(/^oag/),
        pos,
      }
      expect(await introspect(world, api.issuer, tokens.access)).toEqual({
        ...common,
        aud: api.identifier,
        uid: ada.id,
        scope: expect.stringContaining('orders:read'),
      })
      expect(await introspect(world, api.issuer, tokens.refresh ?? '')).toEqual({
        ...common,
        // Of the APIs that it may bring tokens for.
        aud: api.identifier,
        scope: expect.stringContaining('offline_access'),
      })
    })

    it("are nobody else's business: of no other authorization server, and of no public client", async () => {
      const { access, refresh = '' } = await obtainFor(format)
      const other = TOKEN_FORMATS.find((name) => name !== format) ?? 'jwt'
      for (const token of [access, refresh]) {
        expect(await introspect(world, world.apis[other].issuer, token)).toEqual(INACTIVE)
        expect(await introspect({ inspector: world.native }, api.issuer, token)).toEqual(INACTIVE)
      }
      expect(await userinfoStatus(world.apis[other].issuer, access)).toBe(401)
    })

    it('let a public client ask about its own, by its name in the address', async () => {
      const tokens = await obtain({ client: world.native, api, person: world.ada })
      const reply = await fetch(`${api.issuer}/v1/introspect?client_id=${world.native.clientId}`, {
        method: 'POST',
        body: new URLSearchParams({ token: tokens.access, token_type_hint: 'nonsense' }),
      })
      expect(await reply.json()).toMatchObject({ active: true, client_id: world.native.clientId })
      expect(reply.headers.get('cache-control')).toBe('no-store')
    })

    it.each([
      ['openid', ['sub']],
      ['openid email', ['email', 'email_verified', 'sub']],
      [
        'openid profile',
        [
          'family_name',
          'given_name',
          'locale',
          'name',
          'preferred_username',
          'sub',
          'updated_at',
          'zoneinfo',
        ],
      ],
    ])('with the scope %s open %j at userinfo', async (scope, names) => {
      const tokens = await obtainFor(format, `${scope} orders:read`)
      const config = await configurationOf(world.web, api.issuer)
      const claims = await openid.fetchUserInfo(config, tokens.access, world.ada.id)
      const shown = Object.keys(claims).sort()
      expect(names).toEqual(expect.arrayContaining(shown))
      expect(shown).toEqual(expect.arrayContaining(names.filter((name) => !/locale|zoneinfo/.test(name))))
    })

    it('without openid open nothing', async () => {
      const tokens = await clientToken(world.service, api)
      const reply = await fetch(`${api.issuer}/v1/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      })
      expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([
        403,
        'Bearer error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", scope="openid"',
      ])
    })

    it('die one by one: an access token alone', async () => {
      const tokens = await obtainFor(format)
      const sibling = await refresh(tokens)
      await revoke(api, tokens.access, world.web, 'refresh_token')
      expect(await introspect(world, api.issuer, tokens.access)).toEqual(INACTIVE)
      expect(await userinfoStatus(api.issuer, tokens.access)).toBe(401)
      expect(await introspect(world, api.issuer, sibling.access)).toMatchObject({ active: true })
      expect(await userinfoStatus(api.issuer, sibling.access)).toBe(200)
      expect(await introspect(world, api.issuer, sibling.refresh ?? '')).toMatchObject({ active: true })
      const head = await headOf()
      await revoke(api, tokens.access)
      expect(await headOf()).toBe(head)
      expect((await refresh(sibling)).access).toBeDefined()
    })

    it('die together: a refresh token with all of its family', async () => {
      const first = await obtainFor(format)
      const second = await refresh(first)
      const bystander = await obtainFor(format)
      await revoke(api, second.refresh ?? '')
      for (const token of [first.access, second.access, second.refresh ?? ''])
        expect(await introspect(world, api.issuer, token)).toEqual(INACTIVE)
      expect(await userinfoStatus(api.issuer, first.access)).toBe(401)
      expect(await refreshFault(second)).toBe('invalid_grant')
      expect(await introspect(world, api.issuer, bystander.access)).toMatchObject({ active: true })
      expect(await introspect(world, api.issuer, bystander.refresh ?? '')).toMatchObject({ active: true })
    })

    it('survive another client, whose attempt is in the log, once', async () => {
      const tokens = await obtainFor(format)
      const { inspector } = world
      for (const token of [tokens.access, tokens.access, tokens.refresh ?? ''])
        await revoke(api, token, inspector)
      expect(await introspect(world, api.issuer, tokens.access)).toMatchObject({ active: true })
      expect(await introspect(world, api.issuer, tokens.refresh ?? '')).toMatchObject({ active: true })
      const { jti } = await introspect(world, api.issuer, tokens.access)
      const { items } = await world.admin.ok('GET /api/rescind/v1/audit?limit=1000')
      const attempts = items.filter(
        (event: { kind: string; subject: { token?: string } }) =>
          event.kind === 'revocation.refused' && event.subject.token === jti,
      )
      expect(attempts).toEqual([
        expect.objectContaining({
          actor: expect.objectContaining({ type: 'client', id: inspector.clientId }),
        }),
      ])
    })

    it('are as dead, and as alive, after the process has started again', async () => {
      const [dead, alive] = [await obtainFor(format), await obtainFor(format)]
      await revoke(api, dead.access)
      await using again = await restarted(world)
      for (const [token, expected] of [
        [dead.access, INACTIVE],
        [alive.access, { active: true }],
        [dead.refresh ?? '', { active: true }],
      ] as const)
        expect(await again.introspect(world.inspector, api, token)).toMatchObject(expected)
      expect(await again.userinfo(api, dead.access)).toBe(401)
      expect(await again.userinfo(api, alive.access)).toBe(200)
    })

    it('are revoked where they are unknown, expired, of another authorization server: with 200 and nothing', async () => {
      const { access } = await obtainFor(format)
      const other = TOKEN_FORMATS.find((name) => name !== format) ?? 'jwt'
      const head = await headOf()
      await revoke(world.apis[other], access)
      await revoke(api, 'nonsense')
      await revoke(api, 'a.b.c')
      await revoke(api, 'a.b.c.d.e')
      expect(await headOf()).toBe(head)
      expect(await introspect(world, api.issuer, access)).toMatchObject({ active: true })
    })
  })

  it('a JWT is verified by what is published, and names its position', async () => {
    const api = world.apis.jwt
    const { access } = await obtainFor('jwt')
    const { jwks_uri = '' } = (await configurationOf(world.web, api.issuer)).serverMetadata()
    const { payload, protectedHeader } = await jwtVerify(access, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer: api.issuer,
      audience: api.identifier,
      typ: 'at+jwt',
    })
    expect(payload).toMatchObject({
      client_id: world.web.clientId,
      sub: world.ada.id,
      sid: expect.any(String),
    })
    expect(payload.pos).toMatch(/^[0-9a-f]{24}\.1\.[0-9]+$/)
    expect(protectedHeader.alg).toBe('RS256')
  })

  it("an encrypted JWT opens with the resource server's key alone, to one that is verified by what is published", async () => {
    const api = world.apis.encrypted
    const { access } = await obtainFor('encrypted')
    if (api.decryptionKey === undefined) throw new TypeError('no key')
    const { plaintext, protectedHeader } = await compactDecrypt(access, api.decryptionKey)
    expect(protectedHeader).toEqual({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      cty: 'at+jwt',
      kid: 'resource-server',
      rid: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    })
    const { jwks_uri = '' } = (await configurationOf(world.web, api.issuer)).serverMetadata()
    const inner = new TextDecoder().decode(plaintext)
    await jwtVerify(inner, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer: api.issuer,
      audience: api.identifier,
      typ: 'at+jwt',
    })
    // What is inside was never handed to the client, so it opens nothing by itself.
    expect(await introspect(world, api.issuer, inner)).toEqual(INACTIVE)
    expect(await userinfoStatus(api.issuer, inner)).toBe(401)
  })

  describe('a JWT that is not as it was signed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const spoiled: readonly (readonly [string, (parts: readonly [string, string, string]) => string])[] = [
      [
        'spelled with another last character',
        ([header, payload, signature]) => {
          const last = alphabet.indexOf(signature.slice(-1))
          return `${header}.${payload}.${signature.slice(0, -1)}${alphabet[last ^ 1]}`
        },
      ],
      ['padded', (parts) => `${parts.join('.')}=`],
      ['with a line break', ([header, payload, signature]) => `${header}.${payload}.\n${signature}`],
      ['without a signature', ([header, payload]) => `${header}.${payload}.`],
      ['of no algorithm', ([, payload]) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`],
      [
        'of another algorithm',
        ([header, payload, signature]) =>
          `${encode({ ...decodeProtectedHeader(`${header}.${payload}.${signature}`), alg: 'HS256' })}.${payload}.${signature}`,
      ],
      [
        'with a key of its own',
        ([header, payload, signature]) =>
          `${encode({ ...decodeProtectedHeader(`${header}.${payload}.${signature}`), jwk: { kty: 'oct', k: 'AA' } })}.${payload}.${signature}`,
      ],
      [
        'for longer',
        ([header, payload, signature]) => {
          const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
          return `${header}.${encode({ ...claims, exp: claims.exp + 3_600 })}.${signature}`
        },
      ],
    ]

    it.each(spoiled)('%s is inactive', async (_name, spoil) => {
      const api = world.apis.jwt
      const { access } = await obtainFor('jwt')
      const [header = '', payload = '', signature = ''] = access.split('.')
      const token = spoil([header, payload, signature])
      expect(await introspect(world, api.issuer, token)).toEqual(INACTIVE)
      expect(await introspect(world, api.issuer, access)).toMatchObject({ active: true })
    })
  })

  it('userinfo says nothing of a user who may not sign in', async () => {
    const { admin, ben, web, apis } = world
    const tokens = await obtain({ client: web, api: apis.jwt, person: ben })
    expect(await userinfoStatus(apis.jwt.issuer, tokens.access)).toBe(200)
    await admin.ok(`POST /api/v1/users/${ben.id}/lifecycle/suspend`)
    const reply = await fetch(`${apis.jwt.issuer}/v1/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access}` },
    })
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="The access token is invalid."',
    ])
    expect(await introspect(world, apis.jwt.issuer, tokens.access)).toEqual(INACTIVE)
  })

  it('userinfo takes a token by header or form, once, and never from the address', async () => {
    const { issuer } = world.apis.jwt
    const { access } = await obtainFor('jwt', 'openid')
    const address = `${issuer}/v1/userinfo`
    const form = () => new URLSearchParams({ access_token: access })
    const authorization = `Bearer ${access}`
    const ask = async (url: string, init?: RequestInit) => {
      const reply = await fetch(url, init)
      return [reply.status, reply.headers.get('www-authenticate')?.split(' ')[0] ?? null]
    }
    expect(await ask(address, { headers: { authorization } })).toEqual([200, null])
    expect(await ask(address, { method: 'POST', headers: { authorization } })).toEqual([200, null])
    expect(await ask(address, { method: 'POST', body: form() })).toEqual([200, null])
    expect(await ask(address, { method: 'POST', headers: { authorization }, body: form() })).toEqual([
      400,
      null,
    ])
    expect(await ask(`${address}?access_token=${access}`)).toEqual([401, 'Bearer,'])
    expect(await ask(address)).toEqual([401, 'Bearer,'])
  })

  it('tells in its metadata where all this is', async () => {
    for (const [issuer, base] of [
      [world.apis.jwt.issuer, `${world.apis.jwt.issuer}/v1`],
      [world.publicUrl, `${world.publicUrl}/oauth2/v1`],
    ] as const)
      for (const document of ['openid-configuration', 'oauth-authorization-server']) {
        const metadata = await (await fetch(`${issuer}/.well-known/${document}`)).json()
        const methods = expect.arrayContaining([
          'client_secret_basic',
          'client_secret_post',
          'client_secret_jwt',
          'private_key_jwt',
          'none',
        ])
        expect(metadata).toMatchObject({
          issuer,
          token_endpoint: `${base}/token`,
          introspection_endpoint: `${base}/introspect`,
          introspection_endpoint_auth_methods_supported: methods,
          revocation_endpoint: `${base}/revoke`,
          revocation_endpoint_auth_methods_supported: methods,
          userinfo_endpoint: `${base}/userinfo`,
        })
      }
  })

  it("a token of the organization's own authorization server is for userinfo", async () => {
    const { web, ada, publicUrl } = world
    const api = { ...world.apis.opaque, issuer: publicUrl }
    const tokens = await obtain({
      client: web,
      api,
      person: ada,
      scope: 'openid email',
      withoutResource: true,
    })
    expect(await userinfoStatus(`${publicUrl}/oauth2`, tokens.access)).toBe(200)
    const { aud, ...answer } = await introspect(world, publicUrl, tokens.access)
    expect([aud, answer]).toEqual([undefined, expect.objectContaining({ active: true, iss: publicUrl })])
    expect(FULL_SCOPE).toContain('openid')
    const client = await createClient(world.admin)
    await revoke(api, tokens.access, client)
    expect(await userinfoStatus(`${publicUrl}/oauth2`, tokens.access)).toBe(200)
    await revoke(api, tokens.access)
    expect(await userinfoStatus(`${publicUrl}/oauth2`, tokens.access)).toBe(401)
  })
})
