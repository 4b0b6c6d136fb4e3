import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { providerDocument, VERSION, write } from './documents.ts'

const PREFIX = '/api/rescind/v1/'
/** Streams, and what a resource server, the shell or the console uses: nobody selects from those. */
const LEFT_OUT = /^(?:log|sql|console)(?:\/|$)/
const PAGES = {
  pagination: {
    requestToken: { key: 'after', location: 'query' },
    responseToken: { key: '$.next', location: 'body' },
  },
  queryParamPushdown: { top: { paramName: 'limit', maxValue: 1_000 } },
}
const SQL_VERBS = ['select', 'insert', 'update', 'replace', 'delete', 'exec'] as const

const document = Compile(
  Type.Object({ paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())) }),
)
const Operation = Type.Object({
  parameters: Type.Optional(Type.Array(Type.Object({ name: Type.String(), in: Type.String() }))),
  requestBody: Type.Optional(Type.Unknown()),
  responses: Type.Record(Type.String(), Type.Unknown()),
})
const operations = Compile(Operation)

/** An operation of the API, as StackQL calls it. */
interface NativeMethod {
  readonly service: string
  readonly resource: string
  readonly name: string
  readonly verb: (typeof SQL_VERBS)[number]
  readonly path: string
  readonly httpVerb: string
  readonly operation: Static<typeof Operation>
  /** The status of its success, and the schema of what it answers then. */
  readonly status: string
  readonly answer: unknown
  readonly isList: boolean
}

/**
 * The provider `rescind` for the StackQL binary: the native API, from its own OpenAPI document. `/clusters/{id}/nodes`
 * is the resource `clusters.nodes`; a POST to something that cannot be read there is a method to EXEC.
 *
 * @param openApi `/openapi.json` of the server
 * @returns texts of files by their paths below the root of the registry
 * @throws Error where it is no such document
 */
export function nativeFiles(openApi: unknown, url: string): ReadonlyMap<string, string> {
  const methods = methodsOf(document.Parse(openApi).paths)
  const services = Map.groupBy(methods, ({ service }) => service)
  const root = `src/rescind/${VERSION}`
  return new Map([
    [`${root}/provider.yaml`, write(providerDocument('rescind', [...services.keys()], 'RESCIND_API_TOKEN'))],
    ...[...services].map(([service, own]): [string, string] => [
      `${root}/services/${service}.yaml`,
      write(serviceDocument(service, own, url)),
    ]),
  ])
}

function methodsOf(paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>): NativeMethod[] {
  const found: NativeMethod[] = []
  for (const [path, verbs] of Object.entries(paths)) {
    const rest = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : ''
    if (rest === '' || LEFT_OUT.test(rest)) continue
    for (const [httpVerb, operation] of Object.entries(verbs)) {
      if (!operations.Check(operation)) continue
      const status = ['201', '200', '204'].find((one) => Object.hasOwn(operation.responses, one))
      if (status === undefined) continue
      const answer = schemaIn(operation.responses[status])
      const isList = member(member(answer, 'properties'), 'items') !== undefined
      const name = nameOf(rest, httpVerb, isList, Object.hasOwn(verbs, 'get'))
      found.push({ ...name, path, httpVerb, operation, status, answer, isList })
    }
  }
  return found
}

/** What StackQL calls an operation, by where it is. */
function nameOf(rest: string, httpVerb: string, isList: boolean, isReadable: boolean) {
  const parts = rest.split('/')
  const words = parts.filter((part) => !part.startsWith('{')).map((part) => part.replaceAll('-', '_'))
  const isAction = httpVerb === 'post' && !isReadable && parts.length > 1
  const [service = '', ...further] = isAction ? words.slice(0, -1) : words
  const resource = further.join('_') || service
  const action = { service, resource, name: words.at(-1) ?? '', verb: 'exec' } as const
  if (isAction) return action
  switch (httpVerb) {
    case 'get':
      return { service, resource, name: isList ? 'list' : 'get', verb: 'select' } as const
    case 'post':
      return { service, resource, name: 'create', verb: 'insert' } as const
    case 'put':
      return { service, resource, name: 'replace', verb: 'replace' } as const
    case 'patch':
      return { service, resource, name: 'update', verb: 'update' } as const
    case 'delete':
      // Of the sessions of a user one is deleted, or all of them.
      return {
        service,
        resource,
        name: rest.endsWith('}') ? 'delete' : 'delete_all',
        verb: 'delete',
      } as const
    default:
      return action
  }
}

function serviceDocument(service: string, methods: readonly NativeMethod[], url: string): object {
  const resources = Map.groupBy(methods, ({ resource }) => resource)
  const paths = Map.groupBy(methods, ({ path }) => path)
  return {
    openapi: '3.0.3',
    info: { title: `${service} API`, description: `${service} of a Rescind server`, version: VERSION },
    servers: [{ url: `${url}/` }],
    security: [{ apiToken: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, own]) => [
        path,
        Object.fromEntries(own.map((method) => [method.httpVerb, operationDocument(method)])),
      ]),
    ),
    components: {
      securitySchemes: { apiToken: { type: 'apiKey', in: 'header', name: 'Authorization' } },
      'x-stackQL-resources': Object.fromEntries(
        [...resources].map(([name, own]) => [name, resourceDocument(service, name, own)]),
      ),
    },
  }
}

function operationDocument({ name, operation, status, answer, isList }: NativeMethod): object {
  const { parameters = [], requestBody } = operation
  const rows = isList ? member(member(member(answer, 'properties'), 'items'), 'items') : undefined
  const schema = isList
    ? { type: 'object', properties: { items: { type: 'array', items: flat(rows) } } }
    : flat(answer)
  return {
    operationId: name,
    parameters: parameters.map((one) => ({
      name: one.name,
      in: one.in,
      required: one.in === 'path',
      schema: { type: 'string' },
    })),
    ...(requestBody !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: flat(schemaIn(requestBody)) } },
      },
    }),
    responses: {
      [status]: {
        description: name,
        ...(status !== '204' && { content: { 'application/json': { schema } } }),
      },
    },
  }
}

function resourceDocument(service: string, resource: string, methods: readonly NativeMethod[]): object {
  return {
    id: `rescind.${service}.${resource}`,
    name: resource,
    title: resource,
    description: `${resource} of a Rescind server`,
    methods: Object.fromEntries(methods.map((method) => [method.name, methodDocument(method)])),
    sqlVerbs: Object.fromEntries(
      SQL_VERBS.map((verb) => [
        verb,
        methods
          .filter((method) => method.verb === verb)
          .map(({ name }) => ({ $ref: `#/components/x-stackQL-resources/${resource}/methods/${name}` })),
      ]),
    ),
  }
}

function methodDocument({ path, httpVerb, status, isList, operation }: NativeMethod): object {
  const isPaged = ['after', 'limit'].every((name) => operation.parameters?.some((one) => one.name === name))
  const config = {
    ...(operation.requestBody !== undefined && { requestBodyTranslate: { algorithm: 'naive' } }),
    ...(isPaged && PAGES),
  }
  return {
    operation: { $ref: `#/paths/${path.replaceAll('/', '~1')}/${httpVerb}` },
    response: {
      mediaType: 'application/json',
      openAPIDocKey: status,
      ...(isList && { objectKey: '$.items' }),
    },
    ...(Object.keys(config).length > 0 && { config }),
  }
}

/** Columns are the first level; what lies deeper is read by `JSON_EXTRACT`. OpenAPI 3.0 knows no type `null`. */
function flat(schema: unknown): object {
  const properties = member(firstOf(schema), 'properties')
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  return {
    type: 'object',
    properties: Object.fromEntries(
      names.map((name) => {
        const type = member(firstOf(member(properties, name)), 'type')
        const known = typeof type === 'string' ? type : 'string'
        return [name, known === 'array' ? { type: known, items: { type: 'string' } } : { type: known }]
      }),
    ),
  }
}

/** Of alternatives the first that is something. */
function firstOf(schema: unknown): unknown {
  const choices = member(schema, 'anyOf') ?? member(schema, 'oneOf')
  return Array.isArray(choices) ? choices.find((one) => member(one, 'type') !== 'null') : schema
}

function schemaIn(part: unknown): unknown {
  return member(member(member(part, 'content'), 'application/json'), 'schema')
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined
}
