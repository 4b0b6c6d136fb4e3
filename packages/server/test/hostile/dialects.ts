import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RawResponse } from './requests.ts'

const OktaEnvelope = Type.Object(
  {
    errorCode: Type.String({ pattern: '^E\\d{7}$' }),
    errorSummary: Type.String({ minLength: 1 }),
    errorLink: Type.String({ pattern: '^E\\d{7}$' }),
    errorId: Type.String({ pattern: '^oae[A-Za-z0-9_-]{22}$' }),
    errorCauses: Type.Array(
      Type.Object({ errorSummary: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
)

const NativeEnvelope = Type.Object(
  {
    code: Type.String({ pattern: '^[a-z_]+$' }),
    message: Type.String(),
    details: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
)

/** RFC 6749 section 5.2. */
const OAuthEnvelope = Type.Object(
  { error: Type.String({ pattern: '^[a-z_]+$' }), error_description: Type.Optional(Type.String()) },
  { additionalProperties: false },
)

/** `ApiError`, or the body of a challenge, which is the only one without parameters. */
const AtlasEnvelope = Type.Union([
  Type.Object(
    {
      detail: Type.String({ minLength: 1 }),
      error: Type.Integer({ minimum: 400, maximum: 499 }),
      errorCode: Type.String({ pattern: '^[A-Z_]+$' }),
      parameters: Type.Array(Type.Union([Type.String(), Type.Number()])),
      reason: Type.String({ minLength: 1 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      error: Type.Literal(401),
      reason: Type.Literal('Unauthorized'),
      detail: Type.String(),
      errorCode: Type.Literal('UNEXPECTED_ERROR'),
    },
    { additionalProperties: false },
  ),
])

/** The envelope of errors of each wire language, by where it is mounted; the longest prefix first. */
const DIALECTS = [
  { prefix: '/api/rescind/v1', name: 'native', envelope: NativeEnvelope },
  { prefix: '/api/v1', name: 'Okta', envelope: OktaEnvelope },
  { prefix: '/api/atlas/v2', name: 'Atlas', envelope: AtlasEnvelope },
  { prefix: '/api/oauth', name: 'OAuth', envelope: OAuthEnvelope },
  // RFC 7591 section 3.2.2 for metadata, Okta's envelope for the rest.
  { prefix: '/oauth2/v1/clients', name: 'registration', envelope: Type.Union([OAuthEnvelope, OktaEnvelope]) },
  { prefix: '/oauth2/v1/global-token-revocation', name: 'Okta', envelope: OktaEnvelope },
  { prefix: '/oauth2', name: 'OAuth', envelope: OAuthEnvelope },
  { prefix: '/', name: 'operations', envelope: undefined },
] as const

/**
 * What is wrong with a refusal; undefined for a good one. A refusal is 4xx in the envelope of its dialect, as
 * JSON, and does not speak of what is inside.
 */
export function faultOfRefusal(url: string, { status, contentType, body }: RawResponse): string | undefined {
  if (status < 400 || status > 499) return `status ${status}`
  const dialect = DIALECTS.find(({ prefix }) => url.startsWith(prefix))
  if (dialect?.envelope === undefined) return undefined
  // RFC 6750 section 3.1: who shows no credential at all is challenged, and told nothing else.
  if (dialect.name === 'OAuth' && status === 401 && body === '') return undefined
  if (!contentType.startsWith('application/json')) return `${status} as ${contentType}`
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return `${status} with a body that is not JSON`
  }
  if (!Value.Check(dialect.envelope, parsed))
    return `${status} without the envelope of ${dialect.name}: ${body}`
  const speaksSql = url.startsWith('/api/rescind/v1/sql')
  if (tellsOfInside(body) || (!speaksSql && VERBS.test(body)))
    return `${status} tells what is inside: ${body}`
  return undefined
}

/**
 * Where the OpenID library answers people and their browsers: pages and redirects beside JSON, and methods that it
 * refuses itself. There a proper answer is one that is no failure and tells nothing of what is inside.
 */
export function isSignInFlow(url: string): boolean {
  return /^\/oauth2\/([^/]+\/)?(v1\/(authorize|token|logout|device|par|interaction|account)\b|\.well-known\/|callback\b)/.test(
    url,
  )
}

/** What anybody may read, under `/api/` too: keys that signatures are checked by. */
export function isForEverybody({ method, url }: { readonly method: string; readonly url: string }): boolean {
  return method === 'GET' && url === '/api/rescind/v1/receipt-keys'
}

/** The console answers people with pages, and shows whatever place somebody asks for. */
export function isConsole(url: string): boolean {
  return /^\/console(?:[/?]|$)/.test(url)
}

/** The least that holds of any answer; undefined for a good one. */
export function faultOfAnswer({ status, body }: RawResponse): string | undefined {
  if (status < 100 || status > 499) return `status ${status}`
  if (status >= 400 && (tellsOfInside(body) || VERBS.test(body)))
    return `${status} tells what is inside: ${body}`
  return undefined
}

function tellsOfInside(body: string): boolean {
  return [PARTS, TRACES, STATEMENTS].some((pattern) => pattern.test(body))
}

/** Names of engines, drivers, frameworks and libraries. */
const PARTS = /sqlite|postgres|kysely|fastify|fst_err|typebox|node_modules/i

/** What stacks and engines look like. */
const TRACES = /syntax error|constraint failed|\.[tj]s:\d| at [A-Z]\w*\.|undefined is not|Cannot read/

/** Verbs of statements, which only the interface that speaks SQL has reason to name. */
const VERBS = /SELECT |INSERT /

/** A statement of ours, as the query builder writes it. */
const STATEMENTS = /select .+ from ["\w]|insert into ["\w.]+ \(|update ["\w.]+ set /i
