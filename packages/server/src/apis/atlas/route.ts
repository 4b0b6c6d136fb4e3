import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { lazyValidator } from '../../json/lazy-validator.ts'
import { actorOf } from './authentication.ts'
import { AtlasRefusal, refusal } from './errors/refusal.ts'
import { alphabetical, prettyJson } from './json-text.ts'
import type { Permission } from './permissions.ts'
import { type CommonQuery, type QueryValues, queryValues, readCommonQuery } from './query.ts'
import {
  chargeRequest,
  type RateGroup,
  REFILL_SECONDS,
  rateHeaders,
  type TokenBuckets,
} from './rate-limits.ts'
import { inOrder, send, type WireAnswer } from './send.ts'
import { refusalOfBody } from './validation.ts'
import { mediaTypeOf, negotiate, type VersionDate } from './versions.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** An operation's place: `GET /orgs/{orgId}` under the prefix of the dialect. */
export type Place = `${Method} /${string}`

/** What the steps of an operation work with. */
export interface AtlasCall<Body = unknown> {
  readonly actor: Actor
  /** The path's parameters, each as its pattern says. */
  readonly params: Readonly<Record<string, string>>
  readonly values: QueryValues
  readonly common: CommonQuery
  readonly body: Body
  readonly version: VersionDate
  readonly request: FastifyRequest
  /** `<scheme>://<host>[:port]`: links are absolute. */
  readonly publicUrl: string
}

/**
 * An operation, as the ordered list of its steps. Each runs only when the one before it was content; who asks was
 * settled before the first.
 */
export interface AtlasOperation<Body extends TSchema, Result> {
  /** 1. The versions of the resource, oldest first: 406. */
  readonly versions: readonly VersionDate[]
  /** Of those, the ones that Atlas has retired, and when; they are served, and say so. */
  readonly sunset?: { readonly [Version in VersionDate]?: string }
  /** 2. Whose allowance it takes from: 429. */
  readonly limit: RateGroup
  /** 3. Who may: 401, or 404 for what belongs to somebody else. The path's parameters were read before. */
  readonly permission: Permission
  /** 4. The body: 400. Left out, there is none to look at. */
  readonly body?: Body
  /** 5. The one command or query of the domain. */
  run(call: AtlasCall<Static<Body>>): Promise<Result>
  /** 6. The status (200 unless told) and the representation; none for 204. */
  readonly status?: 200 | 201 | 204
  answer?(result: Result, call: AtlasCall<Static<Body>>): unknown
  /** Whether the answer is a text of its own, which Atlas sends under the name of JSON all the same. */
  readonly text?: boolean
  /** Whether the answer shows a secret, which nothing on its way may keep. */
  readonly secret?: boolean
}

/** What was registered, for those who tell of it. */
export interface RegisteredPlace {
  readonly method: Method
  /** With `{names}`, below the prefix of the dialect. */
  readonly path: string
  readonly limit: RateGroup
}

export interface AtlasRoutes {
  readonly places: readonly RegisteredPlace[]
  route<Result, Body extends TSchema = typeof ANYTHING>(
    place: Place,
    operation: AtlasOperation<Body, Result>,
  ): void
}

/** One file of operations, listed in `index.ts`. */
export type AtlasResource<Services = unknown> = (
  atlas: AtlasRoutes,
  authority: Authority,
  services: Services,
) => void

const ANYTHING = Type.Unknown()
const OBJECT_ID = /^[a-f0-9]{24}$/
/** Patterns of path parameters by their names; what has none is any text. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  orgId: OBJECT_ID,
  groupId: OBJECT_ID,
  federationSettingsId: OBJECT_ID,
  apiUserId: OBJECT_ID,
  eventId: OBJECT_ID,
  secretId: OBJECT_ID,
  /** Of a role mapping. */
  id: OBJECT_ID,
}

export function atlasRoutes(app: FastifyInstance, authority: Authority, buckets: TokenBuckets): AtlasRoutes {
  const places: RegisteredPlace[] = []
  return {
    places,
    route(place, operation) {
      const [method, path] = splitPlace(place)
      places.push({ method, path, limit: operation.limit })
      const readBody = bodyReader(operation.body)
      app.route({
        method,
        url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        onRequest: async (request) => {
          versions.set(request, negotiate(request.headers.accept, operation.versions))
          charge(buckets, request, operation.limit, path)
          await operation.permission(actorOf(request), readParams(request.params), authority)
        },
        schema: operation.body === undefined ? {} : { body: operation.body },
        // The schema above describes; the step below checks, and so gives its type without a cast.
        validatorCompiler: () => () => true,
        async handler(request, reply) {
          const values = queryValues(request.url)
          const version = versions.get(request) ?? negotiate(request.headers.accept, operation.versions)
          const call = {
            actor: actorOf(request),
            params: readParams(request.params),
            values,
            common: readCommonQuery(values),
            body: readBody(request.body),
            version,
            request,
            publicUrl: authority.publicUrl,
          }
          const result = await operation.run(call)
          const shown = operation.answer?.(result, call)
          answer(reply, call, operation, shown)
          return reply
        },
      })
    },
  }
}

const versions = new WeakMap<FastifyRequest, VersionDate>()

function charge(buckets: TokenBuckets, request: FastifyRequest, group: RateGroup, path: string): void {
  const { retryAfter } = chargeRequest(buckets, request, group)
  if (retryAfter === undefined) return
  const { capacity, refill } = buckets.limitsOf(group)
  throw new AtlasRefusal({
    code: 'RATE_LIMITED_TOKEN_BUCKET',
    parameters: [`api/atlas/v2${path}`, retryAfter, capacity, refill, REFILL_SECONDS],
    retryAfter,
  })
}

function splitPlace(place: Place): [Method, string] {
  const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\/.*)$/.exec(place) ?? []
  if (path === undefined || !isMethod(method)) throw new TypeError(`not a place: ${place}`)
  return [method, path === '/' ? '' : path]
}

function isMethod(text: string | undefined): text is Method {
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].some((method) => method === text)
}

/** @throws AtlasRefusal `INVALID_PATH_PARAMETER` for what cannot be an id */
function readParams(params: unknown): Readonly<Record<string, string>> {
  const read = Object.entries(params ?? {}).map(([name, value]: [string, unknown]) => {
    const text = String(value)
    const pattern = PATTERNS[name]
    if (text === '' || text.includes('\0') || (pattern !== undefined && !pattern.test(text)))
      throw refusal('INVALID_PATH_PARAMETER', name)
    return [name, text] as const
  })
  return Object.fromEntries(read)
}

function bodyReader<Body extends TSchema>(schema: Body | undefined): (body: unknown) => Static<Body>
function bodyReader(schema: TSchema = ANYTHING): (body: unknown) => unknown {
  const validatorOf = lazyValidator(schema)
  return (body) => {
    const validator = validatorOf()
    if (validator.Check(body)) return body
    // What has no body lacks the first attribute of it.
    const given = body === undefined && schema !== ANYTHING ? {} : body
    if (validator.Check(given)) return given
    throw refusalOfBody(given, validator.Errors(given))
  }
}

function answer(
  reply: FastifyReply,
  { common, version, publicUrl, request }: AtlasCall,
  {
    status = 200,
    sunset,
    secret,
    text,
  }: Pick<AtlasOperation<TSchema, unknown>, 'status' | 'sunset' | 'secret' | 'text'>,
  shown: unknown,
): void {
  const headers: [string, string][] = [['Content-Type', mediaTypeOf(version)], ...rateHeaders(request)]
  if (secret === true) headers.push(['Cache-Control', 'no-store'])
  const retired = sunset?.[version]
  if (retired !== undefined) headers.push(['Deprecation', RETIRED], ['Sunset', retired])
  const wrapped = common.envelope ? enveloped(status, shown) : alphabetical(shown)
  const wire: WireAnswer = {
    status: common.envelope ? 200 : status,
    headers: inOrder(publicUrl, headers),
    ...(wrapped !== undefined && { body: bodyOf(wrapped, common.pretty, text) }),
  }
  send(reply, wire)
}

function bodyOf(shown: unknown, pretty: boolean, isText: boolean | undefined): string {
  if (isText === true && typeof shown === 'string') return shown
  return pretty ? prettyJson(shown) : JSON.stringify(shown)
}

/** When Atlas began to advise against what it has retired since. */
const RETIRED = 'Mon, 5 Aug 2024 00:00:00 GMT'

/** A list carries the status itself; anything else is put into an object that does, the status first. */
function enveloped(status: number, shown: unknown): unknown {
  if (typeof shown === 'object' && shown !== null && 'results' in shown)
    return alphabetical({ ...shown, status })
  return { status, content: alphabetical(shown) }
}
