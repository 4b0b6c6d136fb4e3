import { randomBytes } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose'

export interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
  readonly body: any
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An administrator's script: it knows the address of the authority, an API token, and nothing else. */
export class Management {
  readonly #origin: string
  readonly #token: string

  constructor(origin: string, token: string) {
    this.#origin = origin
    this.#token = token
  }

  async call(place: `${Method} ${string}`, body?: unknown): Promise<Reply> {
    const [method, path = ''] = place.split(' ')
    const reply = await fetch(`${this.#origin}${path}`, {
      method: method ?? 'GET',
      headers: {
        authorization: `SSWS ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** An answer as it comes: a stream, for those who read along. */
  open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.#origin}${path}`, { headers: { authorization: `SSWS ${this.#token}`, ...headers } })
  }

  /** The body of an answer of success. @throws Error for any other */
  async ok(place: `${Method} ${string}`, body?: unknown): Promise<Reply['body']> {
    const reply = await this.call(place, body)
    if (reply.status >= 300) throw new Error(`${place}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  /** Revokes through the native API. */
  revoke(target: Readonly<Record<string, string>>): Promise<Reply['body']> {
    return this.ok('POST /api/rescind/v1/revocations', { target, reason: 'test' })
  }
}

/** A user who can sign in. */
export interface Person {
  readonly id: string
  readonly login: string
  readonly password: string
}

let serial = 0
/** A name that nothing else in this process has. */
export function fresh(name: string): string {
  serial += 1
  return `${name}-${process.pid}-${serial}`
}

export async function createPerson(admin: Management, name = 'ada'): Promise<Person> {
  const login = `${fresh(name)}@example.com`
  const password = randomBytes(12).toString('base64url')
  const profile = { login, email: login, firstName: 'Ada', lastName: 'Lovelace' }
  const { id } = await admin.ok('POST /api/v1/users', {
    profile,
    credentials: { password: { value: password } },
  })
  return { id, login, password }
}

export type TokenFormat = 'jwt' | 'opaque' | 'encrypted'
export const TOKEN_FORMATS: readonly TokenFormat[] = ['jwt', 'opaque', 'encrypted']

/** An API (resource server) and the authorization server that issues tokens for it. */
export interface TestApi {
  readonly id: string
  readonly identifier: string
  readonly format: TokenFormat
  readonly serverId: string
  readonly issuer: string
  /** Opens its encrypted access tokens. */
  readonly decryptionKey?: CryptoKey
}

/** The scopes of every API here, beside OpenID's own. */
export const API_SCOPES = ['orders:read', 'orders:write']

/** An authorization server with one API of a format; its access tokens are encrypted where the format says so. */
export async function createServer(admin: Management, format: TokenFormat): Promise<TestApi> {
  const identifier = `https://${fresh('api')}.example.com`
  const pair =
    format === 'encrypted' ? await generateKeyPair('RSA-OAEP-256', { extractable: true }) : undefined
  const server = await admin.ok('POST /api/v1/authorizationServers', {
    name: fresh('server'),
    audiences: [identifier],
    ...(pair === undefined
      ? {}
      : {
          accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
          jwks: {
            keys: [
              { ...(await exportJWK(pair.publicKey)), use: 'enc', kid: 'resource-server', status: 'ACTIVE' },
            ],
          },
        }),
  })
  const { items } = await admin.ok('GET /api/rescind/v1/apis?limit=1000')
  const { id } = items.find((api: { identifier: string }) => api.identifier === identifier)
  await admin.ok(`PUT /api/rescind/v1/apis/${id}`, {
    name: identifier,
    scopes: API_SCOPES,
    tokenFormat: format === 'opaque' ? 'opaque' : 'jwt',
    authorizationServerId: server.id,
  })
  return {
    id,
    identifier,
    format,
    serverId: server.id,
    issuer: server.issuer,
    ...(pair === undefined ? {} : { decryptionKey: pair.privateKey }),
  }
}

/** One more API at the authorization server of another, of the same format. */
export async function createApiBeside(
  admin: Management,
  { serverId, issuer, format }: TestApi,
): Promise<TestApi> {
  const identifier = `https://${fresh('api')}.example.com`
  const { id } = await admin.ok('POST /api/rescind/v1/apis', {
    identifier,
    name: identifier,
    scopes: API_SCOPES,
    tokenFormat: format === 'opaque' ? 'opaque' : 'jwt',
    authorizationServerId: serverId,
  })
  return { id, identifier, format, serverId, issuer }
}

/** A client as an application knows itself. */
export interface TestClient {
  /** Of the application. */
  readonly id: string
  readonly clientId: string
  readonly method:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'none'
  readonly secret?: string
  readonly key?: { readonly kid: string; readonly key: CryptoKey }
  readonly redirectUri: string
}

export interface ClientParts {
  readonly method?: TestClient['method']
  readonly type?: 'web' | 'service' | 'native'
  readonly grants?: readonly string[]
  readonly settings?: Readonly<Record<string, unknown>>
  readonly credentials?: Readonly<Record<string, unknown>>
  readonly redirectUri?: string
}

const USUAL_GRANTS = {
  web: ['authorization_code', 'refresh_token'],
  native: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  service: ['client_credentials'],
}

/** An application: a web client with a secret unless told otherwise. */
export async function createClient(admin: Management, parts: ClientParts = {}): Promise<TestClient> {
  const { type = 'web', redirectUri = 'https://shop.example.com/callback' } = parts
  const method = parts.method ?? (type === 'native' ? 'none' : 'client_secret_basic')
  const grants = parts.grants ?? USUAL_GRANTS[type]
  const kid = fresh('key')
  const pair =
    method === 'private_key_jwt' ? await generateKeyPair('ES256', { extractable: true }) : undefined
  const application = await admin.ok('POST /api/v1/apps', {
    name: 'oidc_client',
    label: fresh(type),
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: method, ...parts.credentials } },
    settings: {
      oauthClient: {
        application_type: type,
        grant_types: grants,
        consent_method: 'TRUSTED',
        ...(grants.includes('refresh_token')
          ? { refresh_token: { rotation_type: 'ROTATE', leeway: 0 } }
          : {}),
        ...(grants.includes('authorization_code')
          ? { response_types: ['code'], redirect_uris: [redirectUri] }
          : {}),
        ...(pair === undefined
          ? {}
          : { jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'ES256' }] } }),
        ...parts.settings,
      },
    },
  })
  const { client_id: clientId, client_secret: secret } = application.credentials.oauthClient
  return {
    id: application.id,
    clientId,
    method,
    redirectUri,
    ...(secret === undefined ? {} : { secret }),
    ...(pair === undefined ? {} : { key: { kid, key: pair.privateKey } }),
  }
}
