import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { stackqlCommand } from '../../src/start/commands/stackql.ts'
import { createApp, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their references
type Document = any

/** What a reference leads to; a method of a document is found by nothing else. */
function follow(document: Document, { $ref }: { $ref: string }): Document {
  expect($ref).toMatch(/^#\//)
  const found = $ref
    .slice(2)
    .split('/')
    .reduce((at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  expect(found, $ref).toBeDefined()
  return found
}

function* referencesIn(part: Document): Generator<{ $ref: string }> {
  if (typeof part !== 'object' || part === null) return
  if (typeof part.$ref === 'string') yield part
  for (const inner of Object.values(part)) yield* referencesIn(inner)
}

describe('the registry for StackQL', () => {
  const [database] = DATABASES
  const out = mkdtempSync(join(tmpdir(), 'rescind-registry-'))
  let okta: TestOkta
  let url: string
  const services = new Map<string, Document>()
  beforeAll(async () => {
    if (database === undefined) throw new TypeError('there is no database')
    okta = await openTestOkta(database)
    url = await okta.listen()
    const printed: string[] = []
    const terminal = {
      print: (line: string) => void printed.push(line),
      remark() {},
      redraw: undefined,
      rows: 100,
      columns: 100,
      environment: {},
      askSecret: async () => undefined,
      readInput: async () => '',
    }
    await stackqlCommand(['registry', '--out', out, '--url', url], terminal)
    expect(printed.at(-1)).toContain('nopVerify')
    for (const [name, credentialsenvvar, prefix] of [
      ['okta', 'OKTA_API_TOKEN', ''],
      ['rescind', 'RESCIND_API_TOKEN', 'rescind/'],
    ] as const) {
      const provider = parse(readFileSync(join(out, `src/${name}/v00.00.00000/provider.yaml`), 'utf8'))
      expect(provider.config.auth).toEqual({ type: 'api_key', credentialsenvvar, valuePrefix: 'SSWS ' })
      for (const [service, { service: file }] of Object.entries<Document>(provider.providerServices))
        services.set(prefix + service, parse(readFileSync(join(out, 'src', file.$ref), 'utf8')))
    }
  })
  afterAll(async () => {
    rmSync(out, { recursive: true })
    await okta.close()
  })

  /** Calls a method as StackQL does: by its document alone. */
  const call = async (name: string, parameters: Record<string, string> = {}, body?: object) => {
    const [service = '', resource = '', methodName = ''] = name.split('.')
    const document = services.get(service)
    const method = document.components['x-stackQL-resources'][resource].methods[methodName]
    const pointer: string[] = method.operation.$ref.slice(2).split('/')
    const path = pointer[1]?.replaceAll('~1', '/') ?? ''
    const operation = follow(document, method.operation)
    const filled = operation.parameters
      .filter((one: Document) => one.in === 'path')
      .reduce((at: string, one: Document) => at.replace(`{${one.name}}`, parameters[one.name] ?? ''), path)
    const reply = await fetch(new URL(filled.slice(1), document.servers[0].url), {
      method: pointer[2]?.toUpperCase() ?? '',
      headers: {
        ...okta.adminA.header,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    expect({ name, status: String(reply.status) }, `${name}: ${text}`).toMatchObject({
      status: method.response.openAPIDocKey,
    })
    const answer: Document = text === '' ? undefined : JSON.parse(text)
    return method.response.objectKey === undefined ? answer : answer[method.response.objectKey.slice(2)]
  }

  it('has documents of which every reference and every operation leads somewhere', () => {
    const names = [...services.keys()]
    expect(names.slice(0, 3)).toEqual(['apps', 'authorizationservers', 'users'])
    expect(names).toEqual(
      expect.arrayContaining(
        ['tokens', 'revocations', 'clusters', 'federations', 'users'].map((one) => `rescind/${one}`),
      ),
    )
    let methods = 0
    for (const [name, document] of services) {
      const variables = { subdomain: { default: 'default' } }
      expect(document.servers).toEqual([{ url: `${url}/`, ...(!name.includes('/') && { variables }) }])
      for (const reference of referencesIn(document)) follow(document, reference)
      for (const resource of Object.values<Document>(document.components['x-stackQL-resources']))
        for (const method of Object.values<Document>(resource.methods)) {
          const operation = follow(document, method.operation)
          expect(operation.responses[method.response.openAPIDocKey]).toBeDefined()
          const path = method.operation.$ref.split('/')[2].replaceAll('~1', '/')
          const named = operation.parameters.filter((one: Document) => one.in === 'path')
          expect(named.map((one: Document) => one.name)).toEqual(
            [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
          )
          methods += 1
        }
    }
    expect(methods).toBeGreaterThan(50)
    const jwks = services.get('apps').components
    expect(Object.keys(jwks.schemas.jwks.properties)).toEqual(
      'e kty n kid status created id lastUpdated _links x y use alg crv'.split(' '),
    )
    expect(jwks['x-stackQL-resources'].jwks.methods.list_jwk.response).toEqual({
      mediaType: 'application/json',
      openAPIDocKey: '200',
      objectKey: '$.keys',
    })
  })

  it('names no operation that the server does not have', () => {
    for (const document of services.values())
      for (const [path, operations] of Object.entries<Document>(document.paths))
        for (const verb of Object.keys(operations)) {
          const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
          expect(okta.app.hasRoute({ method: verb.toUpperCase(), url }), `${verb} ${path}`).toBe(true)
          expect(okta.app.hasRoute({ method: verb.toUpperCase(), url: `${url}/nothing` })).toBe(false)
        }
  })

  it('reaches what is ours by the documents of the native API alone', async () => {
    const cluster = await call('rescind/clusters.clusters.create', {}, { name: 'Orders' })
    const of = { id: cluster.id }
    expect(await call('rescind/clusters.clusters.list')).toEqual([cluster])
    expect(await call('rescind/clusters.clusters.get', of)).toEqual(cluster)
    expect(await call('rescind/clusters.nodes.list', of)).toEqual([])
    expect(await call('rescind/clusters.clusters.replace', of, { name: 'Old' })).toMatchObject({
      name: 'Old',
    })
    await call('rescind/clusters.clusters.delete', of)
    const { id: user } = await call(
      'rescind/users.users.create',
      {},
      { profile: { login: 'r@example.com', email: 'r@example.com' } },
    )
    expect((await call('rescind/users.users.list')).map((one: Document) => one.id)).toContain(user)
    const target = { type: 'user', id: user }
    expect(await call('rescind/revocations.revocations.preview', {}, { target })).toMatchObject({ tokens: 0 })
    const revoked = await call('rescind/revocations.revocations.create', {}, { target, reason: 'test' })
    expect(await call('rescind/revocations.revocations.list')).toMatchObject([{ id: revoked.id }])
    for (const list of [
      'tokens.tokens',
      'applications.applications',
      'apis.apis',
      'federations.federations',
      'audit.audit',
    ])
      expect(await call(`rescind/${list}.list`)).toBeInstanceOf(Array)
    // Whatever can be read without naming anything, and of a user whatever there is.
    let reads = 0
    for (const [service, { components }] of services)
      for (const [resource, { methods }] of Object.entries<Document>(components['x-stackQL-resources']))
        for (const [method, { operation }] of Object.entries<Document>(methods)) {
          const [, path = '', verb] = operation.$ref.slice(2).split('/')
          const isOfUser = service === 'rescind/users' && !/\{(?!id\})/.test(path)
          // Organizations are the installation's; receipt keys are found by the name of the host.
          if (
            verb !== 'get' ||
            /~1(?:organizations|receipt-keys)$/.test(path) ||
            (path.includes('{') && !isOfUser)
          )
            continue
          await call(`${service}.${resource}.${method}`, { id: user })
          reads += 1
        }
    expect(reads).toBeGreaterThan(20)
    // Nothing is told twice by one name.
    for (const { paths, components } of services.values()) {
      const methods = Object.values<Document>(components['x-stackQL-resources']).flatMap((one) =>
        Object.values<Document>(one.methods).map(({ operation }) => operation.$ref),
      )
      const verbs = Object.values<Document>(paths).flatMap((one) => Object.keys(one))
      expect(methods.length).toBeGreaterThanOrEqual(verbs.length)
    }
    // Every column of a row is one of the document, so that nothing is lost on the way into SQL.
    const { schema } =
      services.get('rescind/clusters').paths['/api/rescind/v1/clusters/{id}'].get.responses['200'].content[
        'application/json'
      ]
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(cluster)))
  })

  it('can be walked by its documents alone', async () => {
    const appId = await createApp(okta, webBody())
    const key = { kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256', crv: 'P-256', ...POINT, status: 'ACTIVE' }
    const { id: keyId } = await call('apps.jwks.add_jwk', { appId }, key)
    const http = (await okta.call(okta.adminA, `GET /apps/${appId}/credentials/jwks`)).body.keys
    expect(await call('apps.jwks.list_jwk', { appId })).toEqual(http)
    expect(http).toMatchObject([{ id: keyId, crv: 'P-256' }])
    // StackQL says its LIMIT to every list, also to those that have no pages.
    const limited = await okta.call(okta.adminA, `GET /apps/${appId}/credentials/jwks?limit=1`)
    expect(limited).toMatchObject({ status: 200, body: { keys: http } })
    expect(await call('apps.jwks.get_jwk', { appId, keyId })).toEqual(http[0])
    expect(await call('apps.jwks.deactivate_oauth2_client_json_web_key', { appId, keyId })).toMatchObject({
      status: 'INACTIVE',
    })
    await call('apps.jwks.activate_oauth2_client_json_web_key', { appId, keyId })
    await call('apps.jwks.deactivate_oauth2_client_json_web_key', { appId, keyId })
    await call('apps.jwks.deletejwk', { appId, keyId })
    const secret = await call('apps.secrets.create_oauth2_client_secret', { appId }, {})
    await call('apps.secrets.deactivate_oauth2_client_secret', { appId, secretId: secret.id })
    await call('apps.secrets.delete_oauth2_client_secret', { appId, secretId: secret.id })
    for (const list of ['secrets.list_oauth2_client_secrets', 'tokens.list_oauth2_tokens_for_application'])
      expect(await call(`apps.${list}`, { appId })).toBeInstanceOf(Array)
    expect(await call('apps.grants.list_scope_consent_grants', { appId })).toEqual([])
    expect((await call('apps.apps.list_applications')).map((one: Document) => one.id)).toContain(appId)
    await call('apps.apps.deactivate_application', { appId })
    await call('apps.apps.delete_application', { appId })

    const settings = { name: 'orders', description: 'orders', audiences: ['https://orders.example.com'] }
    const server = await call(
      'authorizationservers.authorization_servers.create_authorization_server',
      {},
      settings,
    )
    const at = { authServerId: server.id }
    const rotated = await call('authorizationservers.keys.rotate_authorization_server_keys', at, {
      use: 'sig',
    })
    expect(rotated).toEqual(await call('authorizationservers.keys.list_authorization_server_keys', at))
    await call('authorizationservers.authorization_servers.deactivate_authorization_server', at)
    await call('authorizationservers.authorization_servers.activate_authorization_server', at)
    expect((await call('users.users.list_users')).map((one: Document) => one.id)).toContain(
      okta.adminA.userId,
    )
    expect((await call('users.users.get_user', { userId: okta.adminA.userId })).id).toBe(okta.adminA.userId)
  })
})

/** The point of RFC 7517 appendix A.1. */
const POINT = {
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
