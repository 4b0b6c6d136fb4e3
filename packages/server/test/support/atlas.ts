import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Actor, Authority } from '../../src/authority/index.ts'
import { createDigestKey } from '../../src/directory/digest-keys.ts'
import type { OrganizationRole } from '../../src/directory/granted-roles.ts'
import { createServiceAccount } from '../../src/directory/service-accounts.ts'
import { buildHttp } from '../../src/start/http.ts'
import { openTestAuthority, type TestAuthority } from './authority.ts'
import type { TestDatabase } from './databases.ts'

/** What a request of a service account carries, whichever version it asks for. */
export interface AtlasHeaders {
  readonly authorization: string
  readonly accept: string
}

/** A client of the Atlas API in one of its two ways, as curl's arguments. */
export type AtlasCredential = readonly string[]

export interface AtlasReply {
  readonly status: number
  /** By names in lower case; of several of one name the first. */
  readonly headers: ReadonlyMap<string, string>
  /** As sent, in order. */
  readonly lines: readonly string[]
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
  readonly body: any
}

export interface TestAtlas {
  readonly authority: TestAuthority
  readonly app: FastifyInstance
  readonly url: string
  /** Sends a request with curl; the last answer of several (`--digest`) counts. */
  curl(path: string, ...options: readonly string[]): Promise<AtlasReply>
  close(): Promise<void>
}

/** The newest version that Atlas has published: resources answer with the newest that they have. */
export const NEWEST = 'application/vnd.atlas.2025-03-12+json'

const run = promisify(execFile)

/** The whole HTTP surface over a fresh database, listening. */
export async function openTestAtlas(
  database: TestDatabase,
  { rateFactor = 1_000 }: { readonly rateFactor?: number } = {},
): Promise<TestAtlas> {
  const silent = await openTestAuthority(database)
  let origin = silent.publicUrl
  const authority = {
    ...silent,
    logger: pino({ level: 'silent' }),
    get publicUrl() {
      return origin
    },
  }
  const app = listeningApp(authority, rateFactor)
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    authority,
    app,
    url: origin,
    curl: (path, ...options) => curl(origin + path, ...options),
    async close() {
      await app.close()
      await silent.close()
    },
  }
}

/** Another node over the same store. */
export function listeningApp(authority: Authority, rateFactor: number): FastifyInstance {
  return buildHttp(authority, {
    oktaRequestsPerMinute: 1_000_000,
    atlasRateFactor: rateFactor,
    trustedProxies: [],
    draining: () => false,
  })
}

export async function curl(url: string, ...options: readonly string[]): Promise<AtlasReply> {
  const { stdout } = await run('curl', ['-sS', '-i', '--path-as-is', ...options, url], { maxBuffer: 1 << 24 })
  const start = stdout.lastIndexOf('HTTP/1.1 ')
  const end = stdout.indexOf('\r\n\r\n', start)
  const [first = '', ...lines] = stdout.slice(start, end).split('\r\n')
  const text = stdout.slice(end + 4)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ')
    if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.join(': '))
  }
  const isJson = /json/.test(headers.get('content-type') ?? '') && /^[[{]/.test(text)
  return {
    status: Number(first.split(' ')[1]),
    headers,
    lines,
    text,
    body: isJson ? JSON.parse(text) : text === '' ? undefined : text,
  }
}

/** An API key with these roles, as `curl --digest` uses it. */
export async function digestCredential(
  authority: Authority,
  actor: Actor,
  ...roles: readonly OrganizationRole[]
): Promise<{ readonly id: string; readonly user: string; readonly options: AtlasCredential }> {
  const { key, privateKey } = await createDigestKey(authority, actor, { description: 'caller', roles })
  const user = `${key.publicKey}:${privateKey.reveal()}`
  return { id: key.id, user, options: ['--digest', '-u', user] }
}

/** A service account with these roles, and the headers of its requests. */
export async function createAtlasCaller(
  authority: Authority,
  app: FastifyInstance,
  actor: Actor,
  ...roles: readonly OrganizationRole[]
): Promise<
  AtlasHeaders & {
    readonly clientId: string
    readonly secret: string
    readonly basic: string
    readonly options: AtlasCredential
  }
> {
  const draft = { name: 'caller', description: 'test', roles }
  const made = await createServiceAccount(authority, actor, draft, 8)
  const { clientId } = made.account
  const secret = made.secret.value.reveal()
  const basic = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
  const reply = await app.inject({
    method: 'POST',
    url: '/api/oauth/token',
    headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'grant_type=client_credentials',
  })
  const authorization = `Bearer ${reply.json().access_token}`
  const options = ['-H', `Authorization: ${authorization}`]
  return { authorization, accept: NEWEST, clientId, secret, basic, options }
}
