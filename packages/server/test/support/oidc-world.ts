import { generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { Browser, formWith, isSignInPage, leftFor, type Shown } from './browser.ts'
import type { TestDatabase } from './databases.ts'
import {
  API_SCOPES,
  createClient,
  createPerson,
  createServer,
  Management,
  type Person,
  type TestApi,
  type TestClient,
  type TokenFormat,
} from './management.ts'
import { type NodesOptions, openNodes, type TestNodes } from './nodes.ts'

/** What every flow needs: users, clients of each kind, an API of each format, and somebody who introspects. */
export interface OidcWorld {
  readonly publicUrl: string
  readonly admin: Management
  readonly apis: Readonly<Record<TokenFormat, TestApi>>
  readonly ada: Person
  readonly ben: Person
  /** Authorization code with PKCE, refresh tokens, a secret. */
  readonly web: TestClient
  /** Client credentials, authenticating by its own key. */
  readonly service: TestClient
  /** Public: authorization code with PKCE, device flow. */
  readonly native: TestClient
  /** A resource server, which asks what tokens are worth. */
  readonly inspector: TestClient
}

/** Fills an organization with a world, through the management APIs alone. */
export async function createWorld(publicUrl: string, apiToken: string): Promise<OidcWorld> {
  const admin = new Management(publicUrl, apiToken)
  const [jwt, opaque, encrypted] = [
    await createServer(admin, 'jwt'),
    await createServer(admin, 'opaque'),
    await createServer(admin, 'encrypted'),
  ]
  return {
    publicUrl,
    admin,
    apis: { jwt, opaque, encrypted },
    ada: await createPerson(admin, 'ada'),
    ben: await createPerson(admin, 'ben'),
    web: await createClient(admin),
    service: await createClient(admin, { type: 'service', method: 'private_key_jwt' }),
    native: await createClient(admin, { type: 'native', redirectUri: 'com.example.app:/callback' }),
    inspector: await createClient(admin, { type: 'service', method: 'client_secret_basic' }),
  }
}

/** A running authority with a world in it. */
export async function openWorld(
  database: TestDatabase,
  options: NodesOptions = {},
): Promise<OidcWorld & { readonly nodes: TestNodes['nodes']; close(): Promise<void> }> {
  const { publicUrl, apiToken, nodes, close } = await openNodes(database, options)
  return { ...(await createWorld(publicUrl, apiToken)), nodes, close }
}

/** How a client authenticates, as `openid-client` does it. */
export function authenticationOf({ method, secret, key }: TestClient): openid.ClientAuth {
  switch (method) {
    case 'client_secret_basic':
      return openid.ClientSecretBasic(secret)
    case 'client_secret_post':
      return openid.ClientSecretPost(secret)
    case 'client_secret_jwt':
      return openid.ClientSecretJwt(secret)
    case 'private_key_jwt':
      if (key === undefined) throw new TypeError('the client has no key')
      return openid.PrivateKeyJwt(key)
    case 'none':
      return openid.None()
  }
}

const configurations = new Map<string, Promise<openid.Configuration>>()

/** A client as `openid-client` sees it, by the discovery document of an issuer: it knows nothing else. */
export function configurationOf(
  client: TestClient,
  issuer: string,
  metadata: Partial<openid.ClientMetadata> = {},
): Promise<openid.Configuration> {
  const key = JSON.stringify([client.clientId, client.key?.kid, client.secret, issuer, metadata])
  const known = configurations.get(key)
  if (known !== undefined) return known
  const discovered = openid.discovery(new URL(issuer), client.clientId, metadata, authenticationOf(client), {
    execute: [openid.allowInsecureRequests],
  })
  configurations.set(key, discovered)
  return discovered
}

export interface Flow {
  readonly client: TestClient
  readonly api: TestApi
  readonly person: Person
  /** Where the person may be signed in already; a new one otherwise. */
  readonly browser?: Browser
  readonly scope?: string
  readonly par?: boolean
  readonly dpop?: openid.DPoPHandle
  /** Leaves the API unnamed, for the default of the authorization server. */
  readonly withoutResource?: boolean
  readonly more?: Readonly<Record<string, string>>
}

/** A code that has not been exchanged yet, and what its client has to know to exchange it. */
export interface PendingCode {
  readonly flow: Flow
  readonly callback: URL
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly browser: Browser
}

export interface Tokens {
  readonly flow: Flow
  readonly browser?: Browser
  readonly access: string
  readonly refresh: string | undefined
  readonly idToken: string | undefined
  readonly response: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers
}

/** Everything, for use also when nobody is there. */
export const FULL_SCOPE = ['openid', 'profile', 'offline_access', ...API_SCOPES].join(' ')

/** The address that a client sends its user to, and what it has to remember. */
export async function authorizationRequest(
  flow: Flow,
): Promise<{ readonly url: URL; readonly verifier: string; readonly state: string; readonly nonce: string }> {
  const { client, api, par, dpop } = flow
  const config = await configurationOf(client, api.issuer)
  const [verifier, state, nonce] = [
    openid.randomPKCECodeVerifier(),
    openid.randomState(),
    openid.randomNonce(),
  ]
  const scope = flow.scope ?? FULL_SCOPE
  const parameters = {
    redirect_uri: client.redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // OpenID Connect Core section 11: who wants to come back alone has to ask.
    ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    ...(flow.withoutResource ? {} : { resource: api.identifier }),
    ...flow.more,
  }
  const url = par
    ? await openid.buildAuthorizationUrlWithPAR(config, parameters, dpop === undefined ? {} : { DPoP: dpop })
    : openid.buildAuthorizationUrl(config, parameters)
  return { url, verifier, state, nonce }
}

/** Signs in and allows whatever the pages ask, and gives the address at which the walk left the site. */
export async function walk(browser: Browser, url: URL, person: Person): Promise<URL> {
  let arrived = await browser.open(url)
  for (let pages = 0; 'page' in arrived && pages < 4; pages += 1)
    arrived = await answer(browser, arrived.page, person)
  return leftFor(arrived)
}

function answer(browser: Browser, page: Shown, { login, password }: Person) {
  if (isSignInPage(page))
    return browser.submit(page, formWith(page, 'sign-in'), { login, password, do: 'sign-in' })
  return browser.submit(page, formWith(page, 'allow'), { do: 'allow' })
}

/** The first half of a code flow: the client has a code, and nothing for it yet. */
export async function authorize(flow: Flow): Promise<PendingCode> {
  const { url, verifier, state, nonce } = await authorizationRequest(flow)
  const browser = flow.browser ?? new Browser(flow.api.issuer)
  const callback = await walk(browser, url, flow.person)
  return { flow, callback, verifier, state, nonce, browser }
}

/** The second half. `openid-client` checks state, `iss`, nonce and the ID token by published metadata alone. */
export async function exchange({
  flow,
  callback,
  verifier,
  state,
  nonce,
  browser,
}: PendingCode): Promise<Tokens> {
  const config = await configurationOf(flow.client, flow.api.issuer)
  const response = await openid.authorizationCodeGrant(
    config,
    callback,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
    undefined,
    flow.dpop === undefined ? {} : { DPoP: flow.dpop },
  )
  return tokensOf(flow, response, browser)
}

/** Authorization code with PKCE from the first request to the tokens. */
export async function obtain(flow: Flow): Promise<Tokens> {
  return exchange(await authorize(flow))
}

export async function refresh(tokens: Tokens): Promise<Tokens> {
  const { flow, browser } = tokens
  const config = await configurationOf(flow.client, flow.api.issuer)
  const response = await openid.refreshTokenGrant(
    config,
    tokens.refresh ?? '',
    flow.withoutResource ? {} : { resource: flow.api.identifier },
    flow.dpop === undefined ? {} : { DPoP: flow.dpop },
  )
  return tokensOf(flow, response, browser)
}

/** A token of a client for itself. */
export async function clientToken(client: TestClient, api: TestApi): Promise<openid.TokenEndpointResponse> {
  const config = await configurationOf(client, api.issuer)
  return openid.clientCredentialsGrant(config, { resource: api.identifier, scope: API_SCOPES.join(' ') })
}

function tokensOf(flow: Flow, response: Tokens['response'], browser?: Browser): Tokens {
  return {
    flow,
    access: response.access_token,
    refresh: response.refresh_token,
    idToken: response.id_token,
    response,
    ...(browser === undefined ? {} : { browser }),
  }
}

/** What the authority says of a token to a resource server. */
export async function introspect(world: Pick<OidcWorld, 'inspector'>, issuer: string, token: string) {
  return openid.tokenIntrospection(await configurationOf(world.inspector, issuer), token)
}

/** The status of a call of userinfo. */
export async function userinfoStatus(issuer: string, token: string): Promise<number> {
  const reply = await fetch(`${issuer}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  await reply.body?.cancel()
  return reply.status
}

/** Proof-of-possession keys of a client (RFC 9449). */
export async function dpopOf(client: TestClient, issuer: string): Promise<openid.DPoPHandle> {
  const config = await configurationOf(client, issuer)
  return openid.getDPoPHandle(config, await generateKeyPair('ES256', { extractable: true }))
}
