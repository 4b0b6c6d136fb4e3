import type { FastifyInstance } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { lazyValidator } from '../../json/lazy-validator.ts'
import type { Knowledge } from '../../log/index.ts'
import { actorOf } from './authentication.ts'
import { type OktaScope, type PermissionOptions, requirePermission } from './permissions.ts'
import { readQuery } from './query-parameters.ts'
import { RequestRefused } from './request-refused.ts'
import { describeFaults } from './validation.ts'

/** An operation's place: `POST /users/{userId}/lifecycle/suspend` under the prefix of the dialect. */
export type Place = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`

/** What the steps of an operation work with. */
export interface OktaCall<Params = unknown, Query = unknown, Body = unknown> {
  readonly actor: Actor
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** The address that was asked, from its path on. */
  readonly request: { readonly url: string }
  readonly reply: { header(name: string, value: string | readonly string[]): unknown }
  /** `<scheme>://<host>[:port]`: links are absolute. */
  readonly publicUrl: string
}

/**
 * An operation, as the ordered list of its steps. Each runs only when the one before it was content; who asks and
 * how often was settled before the first.
 */
export interface OktaOperation<Params extends TSchema, Query extends TSchema, Body extends TSchema, Result> {
  /** 1. The scope, which also tells the role: 403 E0000006. */
  readonly requires: OktaScope
  /** What `Api validation failed:` names. */
  readonly about: string
  /** 2. The path's parameters, exact strings. What cannot be an id belongs to nobody: 404. */
  readonly params?: Params
  /** 3. The query string: 400 E0000001. */
  readonly query?: Query
  /** 4. The body: 400 E0000003 when it is missing, E0000001 when it does not fit. */
  readonly body?: Body
  /** 5. The one command or query of the domain. */
  run(call: OktaCall<Static<Params>, Static<Query>, Static<Body>>): Promise<Result>
  /** 6. The status (200 unless told) and the representation; none for 204. */
  readonly status?: 200 | 201 | 204
  answer?(result: Result, call: OktaCall<Static<Params>, Static<Query>, Static<Body>>): unknown
}

/** Where a resource registers its operations. */
export interface OktaRoutes {
  route<
    Result,
    Params extends TSchema = typeof ANYTHING,
    Query extends TSchema = typeof ANYTHING,
    Body extends TSchema = typeof ANYTHING,
  >(place: Place, operation: OktaOperation<Params, Query, Body, Result>): void
}

/** One file of operations, listed in `index.ts`. */
export type OktaResource = (okta: OktaRoutes, authority: Authority, services: OktaServices) => void

/** What operations work with that say what is good now, beside the authority. */
export interface OktaServices {
  readonly knowledge: Knowledge
}

const ANYTHING = Type.Unknown()

export function oktaRoutes(
  app: FastifyInstance,
  authority: Authority,
  options: PermissionOptions,
): OktaRoutes {
  return {
    route(place, operation) {
      const [method, path] = splitPlace(place)
      const steps = stepsOf(operation)
      app.route({
        method,
        url: path,
        onRequest: requirePermission(authority, operation.requires, options),
        schema: {
          ...(operation.params === undefined ? {} : { params: operation.params }),
          ...(operation.query === undefined ? {} : { querystring: operation.query }),
          ...(operation.body === undefined ? {} : { body: operation.body }),
        },
        // The schemas above describe; the steps below check, and so give their types without a cast.
        validatorCompiler: () => () => true,
        async handler(request, reply) {
          const { params, query, body } = request
          const actor = actorOf(request)
          const answer = await steps({
            actor,
            params,
            query,
            body,
            request,
            reply,
            publicUrl: authority.publicUrl,
          })
          reply.code(operation.status ?? 200)
          return answer === undefined ? reply.send() : reply.send(answer)
        },
      })
    },
  }
}

/** The steps from the second on, whoever takes the operation to its caller; what is answered for a 204 is undefined. */
export function stepsOf<Result, Params extends TSchema, Query extends TSchema, Body extends TSchema>(
  operation: OktaOperation<Params, Query, Body, Result>,
): (asked: OktaCall) => Promise<unknown> {
  const readParams = reader(operation.params, operation.about, 'path')
  const readQuery = reader(operation.query, operation.about, 'query')
  const readBody = reader(operation.body, operation.about, 'body')
  return async (asked) => {
    const call = {
      ...asked,
      params: readParams(asked.params),
      query: readQuery(asked.query),
      body: readBody(asked.body),
    }
    const result = await operation.run(call)
    return operation.answer?.(result, call)
  }
}

function splitPlace(place: Place): ['GET' | 'POST' | 'PUT' | 'DELETE', string] {
  const [method, path] = place.split(' ')
  if (path === undefined) throw new TypeError(`not a place: ${place}`)
  const url = path.replaceAll('{', ':').replaceAll('}', '')
  if (method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE') return [method, url]
  throw new TypeError(`not a place: ${place}`)
}

/**
 * A step that lets through what fits its schema and refuses the rest by naming each member at fault. An operation
 * without a schema for a part does not look at that part.
 */
function reader<Schema extends TSchema>(
  schema: Schema | undefined,
  about: string,
  part: Part,
): (value: unknown) => Static<Schema>
function reader(schema: TSchema = ANYTHING, about: string, part: Part): (value: unknown) => unknown {
  const validatorOf = lazyValidator(schema)
  return (value) => {
    const validator = validatorOf()
    const converted = part === 'query' ? readQuery(schema, value) : value
    // The reader of bodies refuses NUL itself; no database keeps one in a text.
    if (validator.Check(converted) && (part === 'body' || !hasNul(converted))) return converted
    if (part === 'path') throw new RequestRefused({ code: 'E0000007', about: 'Resource not found' })
    if (part === 'body' && value === undefined) throw new RequestRefused({ code: 'E0000003' })
    const causes = describeFaults(validator.Errors(converted))
    throw new RequestRefused({ code: 'E0000001', about, causes })
  }
}

type Part = 'path' | 'query' | 'body'

function hasNul(parameters: unknown): boolean {
  return Object.values(parameters ?? {}).some((value) => typeof value === 'string' && value.includes('\0'))
}
