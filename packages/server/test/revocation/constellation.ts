import { Browser } from '../support/browser.ts'
import {
  createApiBeside,
  createClient,
  createPerson,
  createServer,
  type Management,
  type Person,
  type TestApi,
  type TestClient,
  type TokenFormat,
} from '../support/management.ts'
import {
  authorizationRequest,
  authorize,
  exchange,
  type Flow,
  obtain,
  type PendingCode,
  refresh,
  type Tokens,
  walk,
} from '../support/oidc-world.ts'

/** Whether something is still good for anything; what is neither, such as a failure of the server, is thrown. */
export type Answer = 'accepted' | 'refused'

/**
 * What one user, Ada, has at one API by one application in one session (`main`), and beside it what differs in one
 * respect each. Of every pair the access token and the refresh token are held, and a code is on its way.
 */
export const HELD = [
  'main',
  'otherApi',
  'otherUser',
  'otherApplication',
  'otherSession',
  'otherServer',
] as const
export type Held = (typeof HELD)[number]

/** Servers that the cases of one suite share, where a case does not need its own. */
export interface Shared {
  readonly admin: Management
  readonly inspector: TestClient
  readonly servers: Readonly<Record<TokenFormat, TestApi>>
  readonly others: Readonly<Record<TokenFormat, TestApi>>
}

export async function createShared(admin: Management): Promise<Shared> {
  const all = async () => ({
    jwt: await createServer(admin, 'jwt'),
    opaque: await createServer(admin, 'opaque'),
    encrypted: await createServer(admin, 'encrypted'),
  })
  return {
    admin,
    inspector: await createClient(admin, { type: 'service', method: 'client_secret_basic' }),
    servers: await all(),
    others: await all(),
  }
}

export interface Constellation {
  readonly admin: Management
  readonly inspector: TestClient
  readonly ada: Person
  readonly ben: Person
  /** Authenticates by its own key. */
  readonly application: TestClient
  readonly otherApplication: TestClient
  readonly api: TestApi
  readonly sessions: { readonly ada: Browser; readonly elsewhere: Browser; readonly ben: Browser }
  /** Refresh tokens are replaced by their successors; the access tokens stay the ones of the beginning. */
  readonly tokens: Record<Held, Tokens>
  code: PendingCode
}

export async function arrange(
  { admin, inspector, servers, others }: Shared,
  format: TokenFormat,
  { ownServer = false }: { readonly ownServer?: boolean } = {},
): Promise<Constellation> {
  const api = ownServer ? await createServer(admin, format) : await createApiBeside(admin, servers[format])
  const beside = await createApiBeside(admin, api)
  const [ada, ben] = [await createPerson(admin, 'ada'), await createPerson(admin, 'ben')]
  const application = await createClient(admin, { method: 'private_key_jwt' })
  const otherApplication = await createClient(admin)
  const open = () => new Browser(api.issuer)
  const sessions = { ada: open(), elsewhere: open(), ben: open() }
  const flow = { client: application, api, person: ada, browser: sessions.ada }
  const flows: Record<Held, Flow> = {
    main: flow,
    otherApi: { ...flow, api: beside },
    otherUser: { ...flow, person: ben, browser: sessions.ben },
    otherApplication: { ...flow, client: otherApplication },
    otherSession: { ...flow, browser: sessions.elsewhere },
    otherServer: { ...flow, api: others[format] },
  }
  const tokens: Partial<Record<Held, Tokens>> = {}
  // One browser does one thing after the other.
  const hold = async (...inOneBrowser: readonly Held[]) => {
    // A token that was exchanged once already: what a revocation has to reach is usually a successor.
    for (const held of inOneBrowser) tokens[held] = await refresh(await obtain(flows[held]))
  }
  await Promise.all([
    hold('main', 'otherApi', 'otherApplication', 'otherServer'),
    hold('otherSession'),
    hold('otherUser'),
  ])
  const main = required(tokens.main)
  return {
    admin,
    inspector,
    ada,
    ben,
    application,
    otherApplication,
    api,
    sessions,
    tokens: {
      main,
      otherApi: required(tokens.otherApi),
      otherUser: required(tokens.otherUser),
      otherApplication: required(tokens.otherApplication),
      otherSession: required(tokens.otherSession),
      otherServer: required(tokens.otherServer),
    },
    code: await authorize(flow),
  }
}

/** What the log calls the main access token, its session and its family. */
export async function namesOf({
  inspector,
  api,
  tokens,
}: Constellation): Promise<{ readonly jti: string; readonly sid: string; readonly grant: string }> {
  const { jti, sid, grant } = await introspection(inspector, api, tokens.main.access)
  return { jti: String(jti), sid: String(sid), grant: String(grant) }
}

export interface Observation {
  readonly access: Record<Held, Answer>
  readonly refresh: Record<Held, Answer>
  readonly sessions: Record<keyof Constellation['sessions'], Answer>
}

/** Everything that is held, tried: access tokens at introspection and userinfo, which must agree; refreshing. */
export async function observe(now: Constellation): Promise<Observation> {
  const access: Partial<Record<Held, Answer>> = {}
  const refreshed: Partial<Record<Held, Answer>> = {}
  await Promise.all(
    HELD.map(async (held) => {
      access[held] = await agreed(now, now.tokens[held], held)
      refreshed[held] = await tryRefresh(now, held)
    }),
  )
  return {
    access: complete(access),
    refresh: complete(refreshed),
    sessions: {
      ada: await trySession(now, 'main'),
      elsewhere: await trySession(now, 'otherSession'),
      ben: await trySession(now, 'otherUser'),
    },
  }
}

/** Redeems the code that was on its way. */
export function tryCode({ code }: Constellation): Promise<Answer> {
  return answered(() => exchange(code))
}

async function agreed({ inspector }: Constellation, { access, flow }: Tokens, held: Held): Promise<Answer> {
  const introspected = await introspection(inspector, flow.api, access)
  const reply = await fetch(`${flow.api.issuer}/v1/userinfo`, {
    headers: { authorization: `Bearer ${access}` },
  })
  const body = await reply.text()
  const atUserinfo = reply.status === 200
  // An authorization server that is gone answers nothing at all.
  if (!atUserinfo && reply.status !== 401 && reply.status !== 404)
    throw new Error(`userinfo of ${held}: ${reply.status} ${body}`)
  if (atUserinfo !== (introspected.active === true))
    throw new Error(`${held}: userinfo ${reply.status}, introspection ${JSON.stringify(introspected)}`)
  return atUserinfo ? 'accepted' : 'refused'
}

async function introspection(
  { clientId, secret }: TestClient,
  { issuer }: TestApi,
  token: string,
): Promise<Readonly<Record<string, unknown>>> {
  const reply = await fetch(`${issuer}/v1/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  const text = await reply.text()
  if (reply.status === 404) return { active: false }
  if (reply.status !== 200) throw new Error(`introspection: ${reply.status} ${text}`)
  return JSON.parse(text)
}

async function tryRefresh(now: Constellation, held: Held): Promise<Answer> {
  return answered(async () => {
    const { refresh: successor } = await refresh(now.tokens[held])
    now.tokens[held] = { ...now.tokens[held], refresh: successor }
  })
}

/** Whether the browser is still signed in: a request that may ask nothing (OpenID Connect Core section 3.1.2.1). */
async function trySession(now: Constellation, held: Held): Promise<Answer> {
  const { flow, browser } = now.tokens[held]
  // By the application and at the server that no case touches, so that only the session decides.
  const { api } = now.tokens.otherServer.flow
  const quiet: Flow = {
    ...flow,
    api,
    client: now.otherApplication,
    scope: 'openid',
    more: { prompt: 'none' },
  }
  const { url } = await authorizationRequest(quiet)
  const callback = await walk(required(browser), url, flow.person)
  const error = callback.searchParams.get('error')
  if (error === null && callback.searchParams.has('code')) return 'accepted'
  if (error === 'login_required') return 'refused'
  throw new Error(`a session: ${callback.href}`)
}

/** The refusals of RFC 6749 section 5.2 that mean "no more". */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'invalid_grant',
  'invalid_client',
  'invalid_target',
  // An authorization server that is gone.
  'not_found',
  'unauthorized_client',
])

async function answered(attempt: () => Promise<unknown>): Promise<Answer> {
  try {
    await attempt()
    return 'accepted'
  } catch (failure) {
    if (failure instanceof Error && 'error' in failure && REFUSALS.has(failure.error)) return 'refused'
    const response: unknown = failure instanceof Error ? failure.cause : undefined
    if (response instanceof Response && (response.status === 401 || response.status === 404)) return 'refused'
    throw failure
  }
}

function complete(record: Partial<Record<Held, Answer>>): Record<Held, Answer> {
  return {
    main: required(record.main),
    otherApi: required(record.otherApi),
    otherUser: required(record.otherUser),
    otherApplication: required(record.otherApplication),
    otherSession: required(record.otherSession),
    otherServer: required(record.otherServer),
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('not there')
  return value
}
