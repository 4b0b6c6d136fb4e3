import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { CONSOLE_CALLBACK, CONSOLE_CLIENT_ID } from '../../directory/console-client.ts'
import { redeemConsoleCode } from '../../oidc/console/redeem.ts'
import { organizationName, send } from '../../oidc/pages/answers.ts'
import { renderFailure } from '../../oidc/pages/failures.ts'
import { FormTokens } from '../../oidc/pages/form-tokens.ts'
import { type Html, html } from '../../oidc/pages/html.ts'
import type { Providers, ReadyIssuer } from '../../oidc/providers.ts'
import { type ConsoleAccess, consoleCookie, cookieIn, isLoopback } from '../console-access.ts'

export interface SignInServices {
  readonly authority: Authority
  readonly providers: Providers
  readonly access: ConsoleAccess
}

/** Seconds for which somebody may take to sign in. */
const PATIENCE = 3_600
/** The cookie of a sign-in that has begun; what it holds proves nothing but that this browser began it. */
const BEGUN = 'rescind_sign_in'

/**
 * `GET /console/sign-in` and its way back: the authorization code flow with PKCE at the organization's own issuer.
 * Nothing of it is stored: `state` and the code verifier are digests of a random value that the browser keeps.
 */
export function signIn(app: FastifyInstance, services: SignInServices): void {
  const tokens = new FormTokens(services.authority)
  app.register(async (scope) => {
    scope.setErrorHandler(renderFailure)
    scope.get('/console/sign-in', (request, reply) => begin(services, tokens, request, reply))
    scope.get(CONSOLE_CALLBACK, (request, reply) => finish(services, tokens, request, reply))
  })
}

async function begin(
  services: SignInServices,
  tokens: FormTokens,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { authority } = services
  const { issuer, context } = await readyFor(services, request)
  const cookie = consoleCookie(authority.publicUrl)
  if (cookie === undefined) return send(reply, await needsHttps(context))
  const to = pathIn(parameter(request, 'to'), issuer)
  const own = new URL(issuer).hostname
  // Who came by another name of the same machine comes back by the issuer's, and would not find the cookie there.
  if (isLoopback(own) && isLoopback(request.hostname) && request.hostname.toLowerCase() !== own)
    return send(reply, { location: `${issuer}/console/sign-in?${new URLSearchParams({ to })}` })
  const begun = randomBytes(32).toString('base64url')
  const { state, verifier } = await secretsOf(tokens, begun, to)
  const query = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'code',
    redirect_uri: `${issuer}${CONSOLE_CALLBACK}`,
    scope: 'openid',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(parameter(request, 'again') === '1' ? { prompt: 'login' } : {}),
  })
  const kept = `${begun}.${Buffer.from(to).toString('base64url')}`
  return send(reply, {
    location: `${issuer}/oauth2/v1/authorize?${query}`,
    // Whoever comes back comes from a page of the issuer, or of an identity provider: `Strict` would keep it back.
    cookies: [cookieLine(cookie, BEGUN, kept, { sameSite: 'Lax', maxAge: PATIENCE })],
  })
}

async function finish(
  services: SignInServices,
  tokens: FormTokens,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { authority, access } = services
  const ready = await readyFor(services, request)
  const { context, organizationId, issuer } = ready
  const cookie = consoleCookie(authority.publicUrl)
  if (cookie === undefined) return send(reply, await needsHttps(context))
  const [begun = '', encoded = ''] = (cookieIn(request, `${cookie.prefix}${BEGUN}`) ?? '').split('.')
  const to = pathIn(Buffer.from(encoded, 'base64url').toString(), issuer)
  const { verifier } = await secretsOf(tokens, begun, to)
  const isOurs = begun !== '' && (await tokens.isGood(parameter(request, 'state'), STATE, begun, to))
  if (!isOurs) return send(reply, await notBegun(context, to))
  const over = cookieLine(cookie, BEGUN, '', { sameSite: 'Lax', maxAge: 0 })
  const source = { ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
  // RFC 9207: the answer says whose it is.
  const isIssuers = parameter(request, 'iss') === issuer
  const redeemed = isIssuers
    ? await redeemConsoleCode(ready, source, { code: parameter(request, 'code'), verifier })
    : undefined
  const value = redeemed && (await access.sessions.open(organizationId, redeemed))
  const session = value === undefined ? undefined : await access.sessions.find(organizationId, value)
  if (value === undefined || session === undefined) {
    reply.raw.appendHeader('set-cookie', over)
    return send(reply, await notSignedIn(context, to))
  }
  if (session.actor.roles.size === 0) {
    reply.raw.appendHeader('set-cookie', over)
    return send(reply, await withoutRole(context, session.actor.name))
  }
  return send(reply, {
    location: to,
    cookies: [over, cookieLine(cookie, 'rescind', value, { sameSite: 'Strict' })],
  })
}

const STATE = 'console state'

async function secretsOf(tokens: FormTokens, begun: string, to: string) {
  return {
    state: await tokens.make(STATE, begun, to),
    verifier: await tokens.make('console verifier', begun, to),
  }
}

function readyFor({ providers, access }: SignInServices, request: FastifyRequest): Promise<ReadyIssuer> {
  return access.hosts.organizationOf(request.hostname).then((id) => providers.ready(id))
}

/** The `Set-Cookie` of one of the console's cookies. Without an age it goes when the browser does. */
export function cookieLine(
  { prefix, secure }: { readonly prefix: string; readonly secure: boolean },
  name: string,
  value: string,
  { sameSite, maxAge }: { readonly sameSite: 'Strict' | 'Lax'; readonly maxAge?: number },
): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`
  return `${prefix}${name}=${value}; Path=/${age}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}

/** A parameter that came once, as text; empty otherwise. */
function parameter({ query }: FastifyRequest, name: string): string {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined
  return typeof value === 'string' && value.length <= 2_048 ? value : ''
}

/** Where to go after signing in: a place of the console and nothing else, however it is spelled. */
function pathIn(asked: string, issuer: string): string {
  const url = URL.parse(asked, issuer)
  const isOwn = url !== null && url.origin === new URL(issuer).origin && url.pathname.startsWith('/console/')
  const isPlace = isOwn && !/^\/console\/(?:sign-in|sign-out|callback|session)\b/.test(url.pathname)
  return isPlace ? `${url.pathname}${url.search}` : '/console/'
}

type Context = ReadyIssuer['context']

async function page(context: Context, title: string, status: number, body: Html) {
  return { organization: await organizationName(context), title, status, body }
}

function needsHttps(context: Context) {
  return page(
    context,
    'The console needs https',
    403,
    html`<p>Its sessions would travel in the open. Give the authority an https address (RESCIND_PUBLIC_URL), or use the
console on the machine itself.</p>`,
  )
}

function notBegun(context: Context, to: string) {
  const again = `/console/sign-in?${new URLSearchParams({ to })}`
  return page(
    context,
    'Not signed in',
    400,
    html`<p>This sign-in was begun in another browser or another window, or took too long.</p>
<p><a href="${again}">Sign in to the console</a></p>`,
  )
}

function notSignedIn(context: Context, to: string) {
  const again = `/console/sign-in?${new URLSearchParams({ to })}`
  return page(
    context,
    'Not signed in',
    400,
    html`<p>The sign-in was not finished, or something that it rests on has been revoked meanwhile.</p>
<p><a href="${again}">Sign in to the console</a></p>`,
  )
}

function withoutRole(context: Context, login: string) {
  return page(
    context,
    'No access to the console',
    403,
    html`<p><bdi>${login}</bdi> has no role in this organization. An administrator can give you one.</p>
<p><a href="/console/sign-in?again=1">Sign in with another account</a></p>`,
  )
}
