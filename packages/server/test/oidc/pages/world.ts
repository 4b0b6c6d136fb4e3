import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { createApi } from '../../../src/directory/apis.ts'
import { createApplication } from '../../../src/directory/applications.ts'
import { createAuthorizationServer } from '../../../src/directory/authorization-servers.ts'
import type { GivenClientMetadata } from '../../../src/directory/client-metadata.ts'
import { preparePassword } from '../../../src/directory/passwords.ts'
import { createUser } from '../../../src/directory/users.ts'
import { Secret } from '../../../src/secrets/index.ts'
import { buildHttp } from '../../../src/start/http.ts'
import { bindPort } from '../../../src/start/port.ts'
import { SYSTEM } from '../../../src/store/index.ts'
import { ORGANIZATION_A, openTestAuthority, type TestAuthority } from '../../support/authority.ts'
import { WEB } from '../../support/client-drafts.ts'
import type { TestDatabase } from '../../support/databases.ts'
import { type Credential, createCredential } from '../../support/okta.ts'
import { UserAgent } from './user-agent.ts'

export const PASSWORD = 'correct horse battery staple'
const JSON_BODY = { 'content-type': 'application/json' }
/** The discard port: whoever is sent there stays where they are. */
const NOBODY_LISTENS = 'http://127.0.0.1:9/callback'
export const API = 'https://orders.example.com'

export interface Person {
  readonly id: string
  readonly login: string
}

export interface TestClient {
  readonly clientId: string
  readonly secret: string
}

/** What an application remembers of a request that it has sent somebody off with. */
export interface Begun {
  readonly url: string
  readonly state: string
  readonly verifier: string
}

/** A server on a port of its own, as browsers meet it, with one authorization server and people who sign in. */
export class PagesWorld {
  readonly authority: TestAuthority
  readonly origin: string
  readonly issuer: string
  /** Where applications get their answers: another origin, which need not answer. */
  readonly callback: string
  readonly app: FastifyInstance
  #administrator: Promise<Credential> | undefined

  constructor(authority: TestAuthority, app: FastifyInstance, issuer: string, callback: string) {
    this.authority = authority
    this.origin = authority.publicUrl
    this.app = app
    this.issuer = issuer
    this.callback = callback
  }

  async person(login = `${randomBytes(6).toString('hex')}@example.com`): Promise<Person> {
    const { authority } = this
    const { id } = await createUser(authority, authority.actorA, {
      profile: { login, email: login, firstName: 'Ada', lastName: 'Lovelace' },
      password: await preparePassword(new Secret(PASSWORD), login),
      activate: true,
    })
    return { id, login }
  }

  /** A confidential web application; trusted unless it says otherwise. */
  async client(metadata: Partial<GivenClientMetadata> = {}, label = 'Shop'): Promise<TestClient> {
    const { authority } = this
    const { application, clientSecret } = await createApplication(authority, authority.actorA, {
      ...WEB,
      label,
      metadata: {
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [this.callback],
        post_logout_redirect_uris: [`${new URL(this.callback).origin}/bye`],
        ...metadata,
      },
      status: 'ACTIVE',
    })
    return { clientId: application.clientId, secret: clientSecret?.reveal() ?? '' }
  }

  /** An authorization request with PKCE. */
  begin({ clientId }: TestClient, parameters: Readonly<Record<string, string>> = {}): Begun {
    const [state, verifier] = [randomBytes(8).toString('hex'), randomBytes(32).toString('base64url')]
    const url = new URL(`${this.issuer}/v1/authorize`)
    url.search = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: this.callback,
      scope: 'openid profile',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    }).toString()
    return { url: url.href, state, verifier }
  }

  /** Exchanges a code; the answer is JSON whatever it says. */
  async exchange(
    { clientId, secret }: TestClient,
    { verifier }: Begun,
    callback: string,
  ): Promise<Record<string, unknown>> {
    const code = new URL(callback).searchParams.get('code') ?? ''
    return this.token(
      { clientId, secret },
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: this.callback,
        code_verifier: verifier,
      },
    )
  }

  async token(
    { clientId, secret }: TestClient,
    body: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
      body: new URLSearchParams(body),
    })
    return JSON.parse(await response.text())
  }

  /** The published keys, by kid. */
  async keys(): Promise<unknown> {
    const response = await fetch(`${this.issuer}/v1/keys`)
    const document: { readonly keys: readonly { readonly kid: string }[] } = JSON.parse(await response.text())
    return document.keys.map(({ kid }) => kid)
  }

  /** The native API as the organization's administrator calls it. */
  async admin(method: 'GET' | 'POST', path: string, body?: unknown) {
    this.#administrator ??= createCredential(this.authority, this.authority.actorA, 'organization_admin')
    const { header } = await this.#administrator
    const reply = await this.app.inject({
      method,
      url: `/api/rescind/v1${path}`,
      headers: header,
      ...(body === undefined ? {} : { payload: JSON.stringify(body), headers: { ...header, ...JSON_BODY } }),
    })
    return reply.body === '' ? undefined : reply.json()
  }

  userAgent(): UserAgent {
    return new UserAgent(this.callback)
  }

  /** A browser in which somebody has signed in to an application, and where that led. */
  async signedIn(client: TestClient, { login }: Person, parameters?: Readonly<Record<string, string>>) {
    const begun = this.begin(client, parameters)
    const agent = this.userAgent()
    await agent.get(begun.url)
    const callback = await agent.submit({ login, password: PASSWORD, do: 'sign-in' })
    return { agent, begun, callback: callback.url }
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.authority.close()
  }
}

/** The organization is `default`, so that its own pages are at the public address too. */
export async function openPagesWorld(
  database: TestDatabase,
  options: { readonly allowPrivateNetworks?: boolean; readonly callback?: string } = {},
): Promise<PagesWorld> {
  const bound = await bindPort('127.0.0.1', 0)
  const opened = await openTestAuthority(database)
  let ahead = 0
  const authority: TestAuthority = {
    ...opened,
    allowPrivateNetworks: options.allowPrivateNetworks ?? false,
    publicUrl: `http://localhost:${bound.number}`,
    // The OpenID library has the system's clock.
    clock: {
      now: () => Date.now() + ahead,
      advance: (milliseconds) => {
        ahead += milliseconds
      },
    },
  }
  await authority.store.write(SYSTEM, ({ db }) =>
    db
      .updateTable('organizations')
      .set({ subdomain: 'default', name: 'Example & Sons' })
      .where('id', '=', ORGANIZATION_A)
      .execute(),
  )
  const server = await createAuthorizationServer(authority, authority.actorA, {
    name: 'Orders',
    description: '',
    audiences: ['https://audience.example.com'],
  })
  await createApi(authority, authority.actorA, {
    identifier: API,
    name: 'Orders API',
    scopes: ['orders:read', 'orders:write'],
    tokenFormat: 'jwt',
    authorizationServerId: server.id,
    accessTokenLifetime: 3_600,
  })
  const app = buildHttp(authority, {
    oktaRequestsPerMinute: 1_000_000,
    trustedProxies: [],
    draining: () => false,
    ...options,
  })
  await app.ready()
  const listening = once(app.server, 'listening')
  app.server.listen(bound.handle)
  await listening
  return new PagesWorld(authority, app, server.issuer, options.callback ?? NOBODY_LISTENS)
}
