import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../../support/browser.ts'
import { DATABASES } from '../../support/databases.ts'
import { API_SCOPES, createClient, TOKEN_FORMATS } from '../../support/management.ts'
import {
  authorize,
  configurationOf,
  dpopOf,
  exchange,
  FULL_SCOPE,
  introspect,
  obtain,
  openWorld,
  refresh,
  userinfoStatus,
  walk,
} from '../../support/oidc-world.ts'

describe.each(DATABASES)('the authorization code flow on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  describe.each(TOKEN_FORMATS)('for %s access tokens', (format) => {
    it.each([
      { name: 'with PKCE', par: false, bound: false },
      { name: 'with PKCE and a pushed request', par: true, bound: false },
      { name: 'with PKCE and DPoP', par: false, bound: true },
      { name: 'with PKCE, a pushed request and DPoP', par: true, bound: true },
    ])('$name ends in tokens that work', async ({ par, bound }) => {
      const { web: client, ada: person } = world
      const api = world.apis[format]
      const dpop = bound ? await dpopOf(client, api.issuer) : undefined
      const tokens = await obtain({ client, api, person, par, ...(dpop && { dpop }) })
      expect(tokens.response.token_type).toBe(bound ? 'dpop' : 'bearer')
      expect(tokens.response.claims()).toMatchObject({
        sub: person.id,
        aud: client.clientId,
        iss: api.issuer,
      })
      expect(await introspect(world, api.issuer, tokens.access)).toMatchObject({
        active: true,
        sub: person.id,
        client_id: client.clientId,
        aud: api.identifier,
        token_type: bound ? 'DPoP' : 'Bearer',
        sid: tokens.response.claims()?.sid,
      })
      const config = await configurationOf(client, api.issuer)
      const claims = await openid.fetchUserInfo(config, tokens.access, person.id, dpop && { DPoP: dpop })
      expect(claims).toMatchObject({ sub: person.id, preferred_username: person.login })
      // Whoever holds a bound token without its key holds nothing.
      expect(await userinfoStatus(api.issuer, tokens.access)).toBe(bound ? 401 : 200)
      const next = await refresh(tokens)
      expect(next.refresh).not.toBe(tokens.refresh)
      expect(await introspect(world, api.issuer, next.access)).toMatchObject({ active: true })
    })

    it('issues what jose verifies by published metadata alone', async () => {
      const { web: client, ada: person } = world
      const api = world.apis[format]
      const tokens = await obtain({ client, api, person })
      const metadata = (await configurationOf(client, api.issuer)).serverMetadata()
      expect(metadata.issuer).toBe(api.issuer)
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri ?? ''))
      const idToken = await jwtVerify(tokens.idToken ?? '', keys, {
        issuer: api.issuer,
        audience: client.clientId,
      })
      expect(idToken.payload).toMatchObject({ sub: person.id })
      if (format === 'opaque') return expect(tokens.access).not.toContain('.')
      const signed =
        api.decryptionKey === undefined
          ? tokens.access
          : new TextDecoder().decode((await compactDecrypt(tokens.access, api.decryptionKey)).plaintext)
      if (format === 'encrypted')
        expect(decodeProtectedHeader(tokens.access)).toMatchObject({ kid: 'resource-server', cty: 'at+jwt' })
      const { payload } = await jwtVerify(signed, keys, {
        issuer: api.issuer,
        audience: api.identifier,
        typ: 'at+jwt',
        requiredClaims: ['jti', 'pos', 'sid', 'client_id', 'grant'],
      })
      expect(payload.sub).toBe(person.id)
      expect(payload.sid).toBe(idToken.payload.sid)
      expect(String(payload.scope).split(' ')).toEqual(expect.arrayContaining(API_SCOPES))
    })

    it('is driven by oauth4webapi as well', async () => {
      const { web, ada } = world
      const api = world.apis[format]
      const insecure = { [oauth.allowInsecureRequests]: true }
      const issuer = new URL(api.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
      const client: oauth.Client = { client_id: web.clientId }
      const authentication = oauth.ClientSecretBasic(web.secret ?? '')
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
      const parameters = {
        client_id: web.clientId,
        redirect_uri: web.redirectUri,
        response_type: 'code',
        scope: FULL_SCOPE,
        prompt: 'consent',
        state,
        resource: api.identifier,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const pushed = await oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, insecure),
      )
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: web.clientId,
        request_uri: pushed.request_uri,
      }).toString()
      const callback = await walk(new Browser(api.issuer), url, ada)
      // RFC 9207: `iss` in the response, which the library requires because the metadata announces it.
      expect(as.authorization_response_iss_parameter_supported).toBe(true)
      const result = await oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(
          as,
          client,
          authentication,
          oauth.validateAuthResponse(as, client, callback, state),
          web.redirectUri,
          verifier,
          insecure,
        ),
        { requireIdToken: true },
      )
      const info = await oauth.processUserInfoResponse(
        as,
        client,
        ada.id,
        await oauth.userInfoRequest(as, client, result.access_token, insecure),
      )
      expect(info.sub).toBe(ada.id)
      const inspector: oauth.Client = { client_id: world.inspector.clientId }
      const asInspector = oauth.ClientSecretBasic(world.inspector.secret ?? '')
      const ask = async () =>
        oauth.processIntrospectionResponse(
          as,
          inspector,
          await oauth.introspectionRequest(as, inspector, asInspector, result.access_token, insecure),
        )
      expect(await ask()).toMatchObject({ active: true })
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, client, authentication, result.refresh_token ?? '', insecure),
      )
      expect(await ask()).toEqual({ active: false })
    })
  })

  it('puts `iss` into refusals too', async () => {
    const { web: client, ada: person, apis } = world
    const flow = { client, api: apis.jwt, person, scope: 'openid', more: { prompt: 'none' } }
    const { callback } = await authorize(flow)
    expect(callback.searchParams.get('error')).toBe('login_required')
    expect(callback.searchParams.get('iss')).toBe(apis.jwt.issuer)
  })

  it.each(['private_key_jwt', 'client_secret_jwt', 'client_secret_post', 'none'] as const)(
    'takes clients that authenticate by %s',
    async (method) => {
      const client = await createClient(world.admin, { method, type: method === 'none' ? 'native' : 'web' })
      const tokens = await obtain({ client, api: world.apis.jwt, person: world.ada })
      expect(await userinfoStatus(world.apis.jwt.issuer, tokens.access)).toBe(200)
    },
  )

  it('asks for consent once where the client is not trusted', async () => {
    const client = await createClient(world.admin, { settings: { consent_method: 'REQUIRED' } })
    const flow = { client, api: world.apis.jwt, person: world.ada, scope: 'openid orders:read' }
    const first = await obtain(flow)
    expect(first.response.scope).toBe('openid orders:read')
    const again = await authorize({ ...flow, browser: new Browser(world.apis.jwt.issuer) })
    expect((await exchange(again)).response.scope).toBe('openid orders:read')
  })

  describe.each([
    { name: 'with a refresh token', scope: FULL_SCOPE },
    { name: 'without a refresh token', scope: 'openid orders:read' },
  ])('a code that is used twice, $name', ({ scope }) => {
    it.each(TOKEN_FORMATS)('at once: brings %s tokens exactly once', async (format) => {
      const { web: client, ada: person } = world
      const pending = await authorize({ client, api: world.apis[format], person, scope })
      const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => exchange(pending)))
      const won = attempts.filter((attempt) => attempt.status === 'fulfilled')
      expect(won).toHaveLength(1)
      for (const attempt of attempts)
        if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ error: 'invalid_grant' })
    })

    it.each(TOKEN_FORMATS)('later: takes back the %s tokens that it brought', async (format) => {
      const { web: client, ada: person } = world
      const api = world.apis[format]
      const pending = await authorize({ client, api, person, scope })
      const tokens = await exchange(pending)
      expect(await introspect(world, api.issuer, tokens.access)).toMatchObject({ active: true })
      await expect(exchange(pending)).rejects.toMatchObject({ error: 'invalid_grant' })
      expect(await introspect(world, api.issuer, tokens.access)).toEqual({ active: false })
      expect(await userinfoStatus(api.issuer, tokens.access)).toBe(401)
      if (tokens.refresh === undefined) return
      expect(await introspect(world, api.issuer, tokens.refresh)).toEqual({ active: false })
      await expect(refresh(tokens)).rejects.toMatchObject({ error: 'invalid_grant' })
    })
  })
})
