import { stringify } from 'yaml'
import { CATALOGUE, type Column, type Method, type Resource, SUBDOMAIN } from '../catalogue/index.ts'

/** The version that StackQL's own registry gives every provider document. */
export const VERSION = 'v00.00.00000'
/** How StackQL follows pages, and how it says LIMIT to a list. */
const LISTS = {
  pagination: {
    requestToken: { key: '', location: 'request' },
    responseToken: { key: 'Link', location: 'header' },
  },
  queryParamPushdown: { top: { paramName: 'limit', maxValue: 200 } },
}
/** Operations that create something and answer 200, as Okta's do. */
const CREATES_WITH_200: ReadonlySet<string> = new Set(['POST /api/v1/apps', 'POST /api/v1/users'])

/**
 * A registry of providers for the StackQL binary: the resources of `okta`, at this server.
 *
 * @param url `<scheme>://<host>[:port]` of the server
 * @returns texts of files by their paths below the root of the registry
 */
export function registryFiles(url: string): ReadonlyMap<string, string> {
  const resources = CATALOGUE.filter(({ provider }) => provider === 'okta')
  const services = [...new Set(resources.map(({ service }) => service))]
  const root = `src/okta/${VERSION}`
  return new Map([
    [`${root}/provider.yaml`, write(providerDocument('okta', services, 'OKTA_API_TOKEN'))],
    ...services.map((service): [string, string] => {
      const own = resources.filter((resource) => resource.service === service)
      return [`${root}/services/${service}.yaml`, write(serviceDocument(service, own, url))]
    }),
  ])
}

/** Without anchors: what is said twice stands there twice. */
export function write(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 })
}

/** @param variable of the environment, where StackQL takes the API token from */
export function providerDocument(provider: string, services: readonly string[], variable: string): object {
  return {
    id: provider,
    name: provider,
    version: VERSION,
    providerServices: Object.fromEntries(
      services.map((name) => [
        name,
        {
          id: `${name}:${VERSION}`,
          name,
          preferred: true,
          service: { $ref: `${provider}/${VERSION}/services/${name}.yaml` },
          title: `${name} API`,
          version: VERSION,
          description: `${name} of a Rescind server`,
        },
      ]),
    ),
    config: { auth: { type: 'api_key', credentialsenvvar: variable, valuePrefix: 'SSWS ' } },
  }
}

function serviceDocument(service: string, resources: readonly Resource[], url: string): object {
  return {
    openapi: '3.0.3',
    info: {
      title: `${service} API`,
      description: `${service} of a Rescind server`,
      version: VERSION,
    },
    // The address is fixed. Statements may go on naming the organization, and the credential decides.
    servers: [{ url: `${url}/`, variables: { [SUBDOMAIN]: { default: 'default' } } }],
    security: [{ apiToken: [] }],
    paths: pathsOf(resources),
    components: {
      securitySchemes: { apiToken: { type: 'apiKey', in: 'header', name: 'Authorization' } },
      schemas: Object.fromEntries(resources.map((resource) => [resource.name, rowSchema(resource)])),
      'x-stackQL-resources': Object.fromEntries(
        resources.map((resource) => [resource.name, resourceDocument(resource)]),
      ),
    },
    'x-stackQL-config': LISTS,
  }
}

function pathsOf(resources: readonly Resource[]): object {
  const paths = new Map<string, Map<string, object>>()
  for (const resource of resources)
    for (const method of resource.methods) {
      const [verb, path] = placeOf(method)
      const operations = paths.get(path) ?? new Map<string, object>()
      paths.set(path, operations.set(verb, operationDocument(resource, method)))
    }
  return Object.fromEntries([...paths].map(([path, operations]) => [path, Object.fromEntries(operations)]))
}

/** Parameters stand at the operation: StackQL puts no others in their places. */
function operationDocument(resource: Resource, method: Method): object {
  const parameters = [
    ...method.required.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...method.optional.map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } })),
  ]
  const body = method.body.filter(({ refused }) => refused !== true)
  return {
    operationId: method.name,
    summary: method.description,
    parameters,
    ...(body.length > 0 && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { type: 'object', properties: properties(body) } } },
      },
    }),
    responses: { [statusOf(method)]: answerOf(resource, method) },
  }
}

function answerOf(resource: Resource, method: Method): object {
  const { description } = method
  if (statusOf(method) === '204') return { description }
  return { description, content: { 'application/json': { schema: answerSchema(resource, method) } } }
}

/** A list is an array of rows, or an object that has one where `objectKey` says; anything else is one row. */
function answerSchema(resource: Resource, method: Method): object {
  const row = { $ref: `#/components/schemas/${resource.name}` }
  const rows = { type: 'array', items: row }
  if (method.objectKey !== undefined)
    return { type: 'object', properties: { [method.objectKey.slice('$.'.length)]: rows } }
  const isList = /^list_|_keys$/.test(method.name)
  return isList ? rows : row
}

/** What lies deeper than the first level is read by `JSON_EXTRACT` from the member that has it. */
function rowSchema({ columns }: Resource): object {
  return { type: 'object', properties: properties(columns.filter(({ from }) => from === undefined)) }
}

function properties(columns: readonly Column[]): object {
  return Object.fromEntries(
    columns.map(({ name, type, description }) => [name, { ...schemaOf(type), description }]),
  )
}

function schemaOf(type: Column['type']): object {
  switch (type) {
    case 'integer':
      return { type: 'integer' }
    case 'real':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'timestamp':
      return { type: 'string', format: 'date-time' }
    case 'json':
      return { type: 'object' }
    case 'text':
      return { type: 'string' }
  }
}

function resourceDocument(resource: Resource): object {
  const verbs = ['select', 'insert', 'update', 'replace', 'delete'] as const
  return {
    id: `okta.${resource.service}.${resource.name}`,
    name: resource.name,
    title: resource.name,
    description: resource.description,
    methods: Object.fromEntries(resource.methods.map((method) => [method.name, methodDocument(method)])),
    sqlVerbs: Object.fromEntries(
      verbs.map((verb) => [
        verb,
        resource.methods
          .filter((method) => method.verb === verb)
          .map(({ name }) => ({ $ref: `#/components/x-stackQL-resources/${resource.name}/methods/${name}` })),
      ]),
    ),
  }
}

function methodDocument(method: Method): object {
  const [verb, path] = placeOf(method)
  return {
    operation: { $ref: `#/paths/${path.replaceAll('/', '~1')}/${verb}` },
    response: {
      mediaType: 'application/json',
      openAPIDocKey: statusOf(method),
      ...(method.objectKey !== undefined && { objectKey: method.objectKey }),
    },
    ...(method.body.length > 0 && { config: { requestBodyTranslate: { algorithm: 'naive' } } }),
  }
}

function placeOf({ name, operation }: Method): [verb: string, path: string] {
  const [verb, path] = operation?.split(' ') ?? []
  if (verb === undefined || path === undefined) throw new TypeError(`${name} has no operation`)
  return [verb.toLowerCase(), path]
}

function statusOf({ verb, operation = '' }: Method): '200' | '201' | '204' {
  if (operation.startsWith('DELETE ') || /\/authorizationServers\/\{\w+\}\/lifecycle\//.test(operation))
    return '204'
  return verb === 'insert' && !CREATES_WITH_200.has(operation) ? '201' : '200'
}
