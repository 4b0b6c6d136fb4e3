import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Browser,
  type Form,
  formWith,
  isSignInPage,
  pageOf,
  type Shown,
  wordsOf,
} from '../../support/browser.ts'
import { DATABASES } from '../../support/databases.ts'
import { API_SCOPES, createClient, type Person, TOKEN_FORMATS } from '../../support/management.ts'
import {
  clientToken,
  configurationOf,
  FULL_SCOPE,
  introspect,
  openWorld,
  userinfoStatus,
} from '../../support/oidc-world.ts'

describe.each(DATABASES)('flows without a redirect on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  describe.each(TOKEN_FORMATS)('client credentials, for %s access tokens', (format) => {
    it('by openid-client', async () => {
      const api = world.apis[format]
      const { access_token: token } = await clientToken(world.service, api)
      expect(await introspect(world, api.issuer, token)).toMatchObject({
        active: true,
        sub: world.service.clientId,
        client_id: world.service.clientId,
        aud: api.identifier,
        scope: API_SCOPES.join(' '),
      })
      // No user, no scope `openid`: nothing for userinfo.
      expect(await userinfoStatus(api.issuer, token)).toBe(403)
    })

    it('by oauth4webapi, bound to a key', async () => {
      const api = world.apis[format]
      const insecure = { [oauth.allowInsecureRequests]: true }
      const issuer = new URL(api.issuer)
      const as = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' }),
      )
      const client: oauth.Client = { client_id: world.service.clientId }
      const { key, kid } = world.service.key ?? {}
      if (key === undefined || kid === undefined) throw new TypeError('no key')
      const DPoP = oauth.DPoP(client, await generateKeyPair('ES256'))
      const request = async () =>
        oauth.processClientCredentialsResponse(
          as,
          client,
          await oauth.clientCredentialsGrantRequest(
            as,
            client,
            oauth.PrivateKeyJwt({ key, kid }),
            { resource: api.identifier, scope: 'orders:read' },
            { ...insecure, DPoP },
          ),
        )
      // RFC 9449 section 8: the first answer brings the nonce that the proof has to have.
      const result = await request().catch((failure: unknown) => {
        if (!oauth.isDPoPNonceError(failure)) throw failure
        return request()
      })
      expect(result.token_type).toBe('dpop')
      const introspected = await introspect(world, api.issuer, result.access_token)
      expect(introspected).toMatchObject({ active: true, token_type: 'DPoP', scope: 'orders:read' })
      expect(introspected.cnf).toEqual({ jkt: expect.any(String) })
    })
  })

  /** What the person does whose device shows a code. */
  async function approve(address: string, { login, password }: Person, last: 'allow' | 'deny' = 'allow') {
    const browser = new Browser(address)
    let page = pageOf(await browser.open(address))
    for (let pages = 0; pages < 6 && page.forms.length > 0; pages += 1) {
      if (isSignInPage(page))
        page = pageOf(
          await browser.submit(page, formWith(page, 'sign-in'), { login, password, do: 'sign-in' }),
        )
      else if (page.forms.some(({ buttons }) => buttons.includes('confirm')))
        page = pageOf(await browser.submit(page, formWith(page, 'confirm'), { confirm: 'yes' }))
      else if (page.forms.some(({ buttons }) => buttons.includes(last)))
        return wordsOf(pageOf(await browser.submit(page, formWith(page, last), { do: last })))
      else page = pageOf(await browser.submit(page, codeForm(page)))
    }
    return wordsOf(page)
  }

  describe.each(TOKEN_FORMATS)('the device flow, for %s access tokens', (format) => {
    it('lets exactly one of many polls at once have the tokens', async () => {
      const api = world.apis[format]
      const config = await configurationOf(world.native, api.issuer)
      const device = await openid.initiateDeviceAuthorization(config, { scope: FULL_SCOPE })
      await approve(device.verification_uri_complete ?? '', world.ada)
      const grant = 'urn:ietf:params:oauth:grant-type:device_code'
      const polls = Array.from({ length: 10 }, () =>
        openid.genericGrantRequest(config, grant, { device_code: device.device_code }),
      )
      const answers = await Promise.allSettled(polls)
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('waits for the person, then brings tokens once', async () => {
      const api = world.apis[format]
      const config = await configurationOf(world.native, api.issuer)
      const device = await openid.initiateDeviceAuthorization(config, {
        scope: FULL_SCOPE,
        resource: api.identifier,
      })
      const poll = () =>
        openid.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', {
          device_code: device.device_code,
        })
      await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' })
      await approve(device.verification_uri_complete ?? '', world.ada)
      const tokens = await poll()
      expect(await introspect(world, api.issuer, tokens.access_token)).toMatchObject({
        active: true,
        sub: world.ada.id,
        aud: api.identifier,
      })
      expect(await userinfoStatus(api.issuer, tokens.access_token)).toBe(200)
      const next = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
      await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' })
      // What a device code brought is taken back when the code comes again.
      expect(await introspect(world, api.issuer, next.access_token)).toEqual({ active: false })
    })
  })

  it('tells a device that the person said no', async () => {
    const { issuer } = world.apis.jwt
    const config = await configurationOf(world.native, issuer)
    const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid' })
    await approve(device.verification_uri_complete ?? '', world.ada, 'deny')
    const grant = 'urn:ietf:params:oauth:grant-type:device_code'
    await expect(
      openid.genericGrantRequest(config, grant, { device_code: device.device_code }),
    ).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('accepts a client assertion once, however many use it at once', async () => {
    const { issuer } = world.apis.jwt
    const { key, kid } = world.service.key ?? {}
    if (key === undefined || kid === undefined) throw new TypeError('no key')
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(world.service.clientId)
      .setSubject(world.service.clientId)
      .setAudience(issuer)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key)
    const statuses = await inParallel(100, `${issuer}/v1/token`, {
      grant_type: 'client_credentials',
      scope: 'orders:read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(99)
  })

  it('accepts a DPoP proof once, however many use it at once', async () => {
    const { issuer } = world.apis.jwt
    const { clientId, secret } = world.inspector
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const prove = async (nonce?: string) =>
      new SignJWT({ htm: 'POST', htu: `${issuer}/v1/token`, jti: randomUUID(), ...(nonce && { nonce }) })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
        .setIssuedAt()
        .sign(privateKey)
    const form = { grant_type: 'client_credentials', scope: 'orders:read' }
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
    const asked = await fetch(`${issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization, dpop: await prove() },
      body: new URLSearchParams(form),
    })
    const dpop = await prove(asked.headers.get('dpop-nonce') ?? undefined)
    const statuses = await inParallel(100, `${issuer}/v1/token`, form, { authorization, dpop })
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(99)
  })

  it('authenticates by ACTIVE keys only: a deactivated one no longer counts', async () => {
    const client = await createClient(world.admin, { type: 'service', method: 'private_key_jwt' })
    const api = world.apis.jwt
    const { access_token: before } = await clientToken(client, api)
    const path = `/api/v1/apps/${client.id}/credentials/jwks` as const
    const [key] = (await world.admin.ok(`GET ${path}`)).keys
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const second = { ...(await exportJWK(publicKey)), kid: 'second', use: 'sig', alg: 'ES256' }
    await world.admin.ok(`POST ${path}`, { ...second, status: 'ACTIVE' })
    await world.admin.ok(`POST ${path}/${key.id}/lifecycle/deactivate`)
    await expect(clientToken(client, api)).rejects.toThrow()
    // Retired, not revoked: what was issued by it stays good.
    expect(await introspect(world, api.issuer, before)).toMatchObject({ active: true })
    await world.admin.ok(`POST ${path}/${key.id}/lifecycle/activate`)
    await clientToken(client, api)
  })
})

/** The form that holds the code from the address. */
function codeForm(page: Shown): Form {
  const form = page.forms.find(({ fields }) => (fields.user_code ?? '') !== '')
  if (form === undefined) throw new Error(`no code to send: ${wordsOf(page)}`)
  return form
}

async function inParallel(
  count: number,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly number[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const reply = await fetch(url, {
        method: 'POST',
        headers: { ...headers },
        body: new URLSearchParams(form),
      })
      await reply.body?.cancel()
      return reply.status
    }),
  )
}
