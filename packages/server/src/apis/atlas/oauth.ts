import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authority, Clock } from '../../authority/index.ts'
import { authenticateServiceAccount } from '../../directory/service-accounts.ts'
import { DomainError } from '../../errors/index.ts'
import { Secret } from '../../secrets/index.ts'
import {
  issueServiceToken,
  revokeServiceToken,
  SERVICE_TOKEN_LIFETIME,
  type ServiceTokenServices,
} from '../../tokens/service-tokens.ts'
import { errorBody } from './errors/refusal.ts'
import type { FailureLimits } from './failure-limits.ts'
import { prettyJson } from './json-text.ts'
import { inOrder, send } from './send.ts'
import { wantsEnvelope, wantsPretty } from './switches.ts'

const BODY_LIMIT = 65_536
/** Requests a minute of one client from one address, as the real service has it. */
const REQUESTS_PER_MINUTE = 10
const WINDOW = 60_000
const MOST_COUNTED = 10_000

/** A refusal in OAuth's words (RFC 6749 section 5.2). Only the descriptions of 401 and 500 are Atlas's own. */
class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal'
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(description)
    this.status = status
    this.error = error
  }
}

class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests'
  readonly path: string
  readonly limit: number
  /** Seconds. */
  readonly retryAfter: number

  constructor(path: string, limit: number, retryAfter: number) {
    super('too many requests')
    this.path = path
    this.limit = limit
    this.retryAfter = retryAfter
  }
}

const invalidClient = () => new OAuthRefusal(401, 'invalid_client', 'Invalid credentials provided.')
const invalidRequest = (description: string) => new OAuthRefusal(400, 'invalid_request', description)

export interface AtlasOAuthOptions {
  /** What limits of rates are multiplied by. */
  readonly rateFactor: number
  readonly failures: FailureLimits
}

/** `POST /api/oauth/token` and `/revoke`: how service accounts get their tokens, and give them back. */
export function atlasOAuth(
  app: FastifyInstance,
  authority: Authority,
  services: ServiceTokenServices,
  { rateFactor, failures }: AtlasOAuthOptions,
): void {
  const limits = new RequestLimits(authority.clock, REQUESTS_PER_MINUTE * rateFactor)
  app.setErrorHandler(renderOAuthError(authority))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    async (_request: unknown, body: string) => formOf(body),
  )

  app.post('/api/oauth/token', async (request, reply) => {
    const credential = credentialOf(request)
    limits.charge(request, credential.clientId)
    refuseGuesses(failures, request)
    const form = formIn(request.body)
    const grant = form.get('grant_type')
    if (grant === undefined) throw invalidRequest('The parameter grant_type is missing.')
    if (grant !== 'client_credentials')
      throw new OAuthRefusal(400, 'unsupported_grant_type', 'The grant type is not supported.')
    const token = await issueServiceToken(authority, services, credential)
    if (token === undefined) throw guessed(failures, request, credential.clientId)
    const shown = {
      access_token: token.reveal(),
      expires_in: SERVICE_TOKEN_LIFETIME,
      token_type: 'Bearer',
    }
    reply.code(200)
    answer(authority, request, reply, 200, shown)
    return reply
  })

  app.post('/api/oauth/revoke', async (request, reply) => {
    const credential = credentialOf(request)
    limits.charge(request, credential.clientId)
    refuseGuesses(failures, request)
    const token = formIn(request.body).get('token')
    const known = await authenticateServiceAccount(authority, credential)
    if (known === undefined) throw guessed(failures, request, credential.clientId)
    if (token === undefined) throw invalidRequest('The parameter token is missing.')
    await revokeServiceToken(authority, known.actor, new Secret(token))
    send(reply, {
      status: 200,
      headers: inOrder(authority.publicUrl, [['Cache-Control', 'no-store']]),
      body: '',
    })
    return reply
  })
}

/** One client's guesses are few by its limit; those of a source that tries many clients are counted together. */
function refuseGuesses(failures: FailureLimits, request: FastifyRequest): void {
  const wait = failures.waitOf(request.ip, '')
  if (wait !== undefined) throw new TooManyRequests(pathOf(request), REQUESTS_PER_MINUTE, wait)
}

function guessed(failures: FailureLimits, request: FastifyRequest, clientId: string): OAuthRefusal {
  failures.failed(request.ip, clientId.slice(0, 64))
  return invalidClient()
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function credentialOf({ headers }: FastifyRequest): {
  readonly clientId: string
  readonly clientSecret: Secret
} {
  const encoded = /^basic +([A-Za-z0-9+/=_-]{1,2048})$/i.exec(headers.authorization ?? '')?.[1]
  const [id, ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString()
    .split(':')
  const clientId = decoded(id ?? '')
  const clientSecret = decoded(rest.join(':'))
  if (rest.length === 0 || clientId === undefined || clientSecret === undefined) throw invalidClient()
  return { clientId, clientSecret: new Secret(clientSecret) }
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text.replaceAll('+', ' '))
    return value.includes('\0') || !value.isWellFormed() ? undefined : value
  } catch {
    return undefined
  }
}

function formOf(text: string): ReadonlyMap<string, string> {
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) throw invalidRequest('A parameter is given twice.')
    if (value !== '') form.set(name, value)
  }
  return form
}

function formIn(body: unknown): ReadonlyMap<string, string> {
  if (!(body instanceof Map)) throw invalidRequest('The request has no form.')
  return new Map([...body].map(([name, value]) => [String(name), String(value)]))
}

function answer(
  { publicUrl }: Authority,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  shown: unknown,
  more: readonly (readonly [string, string])[] = [],
): void {
  const isWrapped = wantsEnvelope(request.query)
  const body = isWrapped ? { status, content: shown } : shown
  send(reply, {
    status: isWrapped && status !== 401 ? 200 : status,
    headers: inOrder(publicUrl, [
      ['Cache-Control', 'no-store'],
      ['Content-Type', 'application/json'],
      ...more,
    ]),
    body: wantsPretty(request.query) ? prettyJson(body) : JSON.stringify(body),
  })
}

/** OAuth's form for everything but a limit, which is Atlas's own. */
function renderOAuthError(authority: Authority) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (error instanceof TooManyRequests) {
      const { path, limit, retryAfter } = error
      const body = errorBody({ code: 'RATE_LIMITED', parameters: [path, limit, 1] })
      answer(authority, request, reply, 429, body, [
        ['Retry-After', String(retryAfter)],
        ['X-Error-Code', 'RATE_LIMITED'],
      ])
      return
    }
    const { status, error: code, message } = refusalIn(error)
    if (status >= 500) request.log.error({ err: error }, 'failed')
    const challenge = status === 401 ? ([['WWW-Authenticate', 'Basic realm="atlas"']] as const) : []
    answer(authority, request, reply, status, { error_description: message, error: code }, challenge)
  }
}

function refusalIn(error: unknown): OAuthRefusal {
  if (error instanceof OAuthRefusal) return error
  if (error instanceof DomainError && error.code === 'service_token_limit_reached')
    return new OAuthRefusal(403, 'access_denied', error.message)
  if (error instanceof DomainError && error.kind === 'unauthenticated') return invalidClient()
  if (error instanceof DomainError && error.kind === 'unavailable')
    return new OAuthRefusal(503, 'temporarily_unavailable', 'Try again later.')
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (typeof status === 'number' && status < 500) return invalidRequest('The request is not a form.')
  return new OAuthRefusal(500, 'server_error', 'Unexpected error.')
}

/** Counts requests of each client from each address in minutes of the clock; beyond a bound all share one count. */
class RequestLimits {
  readonly #clock: Clock
  readonly #limit: number
  readonly #counts = new Map<string, number>()
  #window = 0

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  /** @throws TooManyRequests */
  charge(request: FastifyRequest, clientId: string): void {
    const path = pathOf(request)
    const now = this.#clock.now()
    const window = Math.floor(now / WINDOW)
    if (window !== this.#window) this.#counts.clear()
    this.#window = window
    const name = `${path} ${request.ip} ${clientId}`
    const counted = this.#counts.has(name) || this.#counts.size < MOST_COUNTED ? name : ''
    const count = (this.#counts.get(counted) ?? 0) + 1
    this.#counts.set(counted, count)
    if (count > this.#limit)
      throw new TooManyRequests(path, this.#limit, Math.ceil(((window + 1) * WINDOW - now) / 1000))
  }
}
