import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { expectContract, OPERATIONS, type OperationId } from './validate.ts'

/** Operations of the documents that other parts of the product will bring. */
const NOT_SERVED = /grants?|tokens?|sessions|connections|\/credentials\/keys\/generate|\/clone|\/clients/

const OURS = Object.keys(OPERATIONS).filter(isOperation).filter(isServed)

function isOperation(name: string): name is OperationId {
  return Object.hasOwn(OPERATIONS, name)
}

function isServed(operation: OperationId): boolean {
  const { path } = OPERATIONS[operation]
  if (path.startsWith('/api/v1/apps/{appId}/grants')) return true
  return !NOT_SERVED.test(path) && !path.startsWith('/api/v1/apps/{appId}/credentials/keys')
}

const rsa = () => {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', n, e }
}
const ec = () => {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  return { kty: 'EC', x, y }
}
const SIGNING = [
  { ...rsa(), use: 'sig', kid: 'rsa', alg: 'RS256' },
  { ...ec(), kid: 'ec' },
] as const
const ENCRYPTION = [
  { ...rsa(), use: 'enc', kid: 'enc-1', status: 'ACTIVE' },
  { ...rsa(), use: 'enc', kid: 'enc-2', status: 'INACTIVE' },
] as const

const application = (label: string, method = 'private_key_jwt', keys: readonly unknown[] = []) => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  accessibility: {},
  visibility: { hide: { iOS: true, web: true } },
  credentials: { oauthClient: { token_endpoint_auth_method: method, autoKeyRotation: true } },
  settings: {
    oauthClient: {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      ...(keys.length > 0 && { jwks: { keys } }),
    },
  },
})
const server = (name: string, more: object = {}) => ({
  name,
  description: name,
  audiences: [`https://${name}.example.com`],
  issuerMode: 'ORG_URL',
  ...more,
})

describe.each(DATABASES)('every operation keeps the contract on $name', (database) => {
  let okta: TestOkta
  let reader: Credential
  const seen = new Set<string>()

  beforeAll(async () => {
    okta = await openTestOkta(database)
    reader = await createCredential(okta.authority, okta.authority.actorA, 'organization_reader')
  })

  afterAll(async () => {
    await okta.close()
  })

  /** Calls an operation and holds whatever it answers against the contract. */
  async function call(
    operation: OperationId,
    ids: readonly string[] = [],
    { body, who = okta.adminA, query = '' }: { body?: unknown; who?: Credential; query?: string } = {},
  ) {
    const { method, path } = OPERATIONS[operation]
    const waiting = ids.values()
    const filled = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, () => waiting.next().value ?? 'missing')
    const reply = await okta.call(who, `${knownMethod(method)} ${filled}${query}`, body)
    expectContract(operation, reply.status, reply.body)
    seen.add(`${operation} ${reply.status}`)
    return reply
  }

  async function created(operation: OperationId, ids: readonly string[], body: unknown): Promise<string> {
    const reply = await call(operation, ids, { body })
    expect([200, 201], JSON.stringify(reply.body)).toContain(reply.status)
    return reply.body.id
  }

  it('applications', async () => {
    const app = await created('createApplication', [], application('Contract', 'private_key_jwt', SIGNING))
    await created('createApplication', [], application('With a secret', 'client_secret_basic'))
    await call('createApplication', [], { body: { label: 5 } })
    await call('createApplication', [], { body: application('x'), who: reader })
    await call('listApplications')
    await call('listApplications', [], { query: '?q=contract&limit=1' })
    await call('listApplications', [], { query: '?limit=x' })
    await call('getApplication', [app])
    await call('getApplication', ['0oa00000000000000000'])
    await call('replaceApplication', [app], { body: application('Renamed', 'private_key_jwt', SIGNING) })
    await call('replaceApplication', [app], { body: {} })
    await call('replaceApplication', ['0oa00000000000000000'], { body: application('x') })
    await call('replaceApplication', [app], { body: application('x'), who: reader })
    await call('deleteApplication', [app])
    await call('deleteApplication', [app], { who: reader })
    await okta.call(okta.adminA, `POST /apps/${app}/lifecycle/deactivate`)
    await call('getApplication', [app])
    await call('deleteApplication', [app])
    await call('deleteApplication', [app])
  })

  it('grants of an application', async () => {
    const app = await created('createApplication', [], application('Granted', 'private_key_jwt', SIGNING))
    const issuer = new URL(okta.authority.publicUrl)
    issuer.hostname = `${ORGANIZATION_A}.${issuer.hostname}`
    const body = { issuer: issuer.origin, scopeId: 'okta.apps.read' }
    const grant = await created('grantConsentToScope', [app], body)
    await call('grantConsentToScope', [app], { body: { ...body, scopeId: 'okta.nonsense.read' } })
    await call('grantConsentToScope', ['0oa00000000000000000'], { body })
    await call('listScopeConsentGrants', [app])
    await call('listScopeConsentGrants', ['0oa00000000000000000'])
    await call('getScopeConsentGrant', [app, grant])
    await call('getScopeConsentGrant', [app, 'oag00000000000000000'])
    await call('revokeScopeConsentGrant', [app, grant], { who: reader })
    await call('revokeScopeConsentGrant', [app, grant])
    await call('revokeScopeConsentGrant', [app, grant])
  })

  it('keys of a client', async () => {
    const app = await created('createApplication', [], application('Keys', 'client_secret_basic'))
    const signing: string[] = []
    for (const body of [...SIGNING, ...ENCRYPTION]) signing.push(await created('addJwk', [app], body))
    const [first = '', second = '', active = '', inactive = ''] = signing
    await call('addJwk', [app], { body: SIGNING[0] })
    await call('addJwk', [app], { body: SIGNING[0], who: reader })
    await call('addJwk', ['0oa00000000000000000'], { body: SIGNING[0] })
    await call('listJwk', [app])
    await call('listJwk', ['0oa00000000000000000'])
    for (const key of signing) await call('getJwk', [app, key])
    await call('getJwk', [app, 'pks00000000000000000'])
    for (const key of [first, second, active]) await call('deactivateOAuth2ClientJsonWebKey', [app, key])
    await call('deactivateOAuth2ClientJsonWebKey', [app, 'pks00000000000000000'])
    await call('activateOAuth2ClientJsonWebKey', [app, first])
    await call('activateOAuth2ClientJsonWebKey', [app, inactive])
    await call('activateOAuth2ClientJsonWebKey', [app, 'pks00000000000000000'])
    await call('listJwk', [app])
    await call('deletejwk', [app, first])
    await call('deletejwk', [app, second])
    await call('deletejwk', [app, second])
    const only = await created('createApplication', [], application('Only', 'private_key_jwt', [SIGNING[0]]))
    const [key] = (await call('listJwk', [only])).body.keys
    await call('deactivateOAuth2ClientJsonWebKey', [only, key.id])
    for (const operation of [
      'deletejwk',
      'activateOAuth2ClientJsonWebKey',
      'deactivateOAuth2ClientJsonWebKey',
    ] as const)
      await call(operation, [only, key.id], { who: reader })
  })

  it('secrets of a client', async () => {
    const app = await created('createApplication', [], application('Secrets', 'client_secret_basic'))
    const [first] = (await call('listOAuth2ClientSecrets', [app])).body
    const second = await created('createOAuth2ClientSecret', [app], { status: 'INACTIVE' })
    await call('createOAuth2ClientSecret', [app], { body: {} })
    await call('createOAuth2ClientSecret', [app], { body: { client_secret: 'short' } })
    await call('createOAuth2ClientSecret', [app], { body: {}, who: reader })
    await call('listOAuth2ClientSecrets', ['0oa00000000000000000'])
    await call('getOAuth2ClientSecret', [app, second])
    await call('getOAuth2ClientSecret', [app, 'ocs00000000000000000'])
    await call('activateOAuth2ClientSecret', [app, second])
    await call('activateOAuth2ClientSecret', [app, 'ocs00000000000000000'])
    await call('deactivateOAuth2ClientSecret', [app, first.id])
    await call('deactivateOAuth2ClientSecret', [app, second])
    await call('deactivateOAuth2ClientSecret', [app, 'ocs00000000000000000'])
    await call('deleteOAuth2ClientSecret', [app, second])
    await call('deleteOAuth2ClientSecret', [app, first.id])
    await call('deleteOAuth2ClientSecret', [app, first.id])
    for (const operation of [
      'deleteOAuth2ClientSecret',
      'activateOAuth2ClientSecret',
      'deactivateOAuth2ClientSecret',
    ] as const)
      await call(operation, [app, second], { who: reader })
  })

  it('authorization servers', async () => {
    const id = await created('createAuthorizationServer', [], server('contract'))
    await created(
      'createAuthorizationServer',
      [],
      server('encrypting', {
        accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
        jwks: { keys: [ENCRYPTION[0]] },
        credentials: { signing: { rotationMode: 'MANUAL' } },
      }),
    )
    await call('createAuthorizationServer', [], { body: { name: 1 } })
    await call('createAuthorizationServer', [], { body: server('x'), who: reader })
    await call('listAuthorizationServers')
    await call('getAuthorizationServer', [id])
    await call('getAuthorizationServer', ['aus00000000000000000'])
    await call('replaceAuthorizationServer', [id], { body: server('renamed') })
    await call('replaceAuthorizationServer', [id], { body: {} })
    await call('replaceAuthorizationServer', [id], { body: server('x'), who: reader })
    await call('replaceAuthorizationServer', ['aus00000000000000000'], { body: server('x') })
    for (const operation of [
      'deactivateAuthorizationServer',
      'activateAuthorizationServer',
      'deactivateAuthorizationServer',
    ] as const) {
      await call(operation, [id])
      await call(operation, [id], { who: reader })
      await call(operation, ['aus00000000000000000'])
      await call('getAuthorizationServer', [id])
    }
    await call('deleteAuthorizationServer', [id], { who: reader })
    await call('deleteAuthorizationServer', [id])
    await call('deleteAuthorizationServer', [id])
  })

  it('signing keys of an authorization server', async () => {
    const id = await created('createAuthorizationServer', [], server('signing'))
    const keys = await call('listAuthorizationServerKeys', [id])
    await call('listAuthorizationServerKeys', ['aus00000000000000000'])
    await call('getAuthorizationServerKey', [id, keys.body[0].kid])
    await call('getAuthorizationServerKey', [id, 'A'.repeat(43)])
    await call('rotateAuthorizationServerKeys', [id], { body: { use: 'sig' } })
    await call('rotateAuthorizationServerKeys', [id], { body: { use: 'enc' } })
    await call('rotateAuthorizationServerKeys', [id], { body: { use: 'sig' }, who: reader })
    await call('rotateAuthorizationServerKeys', ['aus00000000000000000'], { body: { use: 'sig' } })
    await call('listAuthorizationServerKeys', [id])
    await call('getAuthorizationServer', [id])
  })

  it('encryption keys of a resource server', async () => {
    const id = await created('createAuthorizationServer', [], server('resource'))
    const add = 'addOAuth2ResourceServerJsonWebKey'
    const { status: _active, ...unstated } = ENCRYPTION[0]
    const first = await created(add, [id], unstated)
    const second = await created(add, [id], ENCRYPTION[1])
    await call(add, [id], { body: { ...ENCRYPTION[0], kid: 'enc-3' } })
    await call(add, [id], { body: ENCRYPTION[1], who: reader })
    await call(add, ['aus00000000000000000'], { body: ENCRYPTION[1] })
    const activate = 'activateOAuth2ResourceServerJsonWebKey'
    const deactivate = 'deactivateOAuth2ResourceServerJsonWebKey'
    await call(activate, [id, first])
    await call(activate, [id, 'apk00000000000000000'])
    await call('listOAuth2ResourceServerJsonWebKeys', [id])
    await call('listOAuth2ResourceServerJsonWebKeys', ['aus00000000000000000'])
    for (const key of [first, second, 'apk00000000000000000'])
      await call('getOAuth2ResourceServerJsonWebKey', [id, key])
    await call('getAuthorizationServer', [id])
    await call('deleteOAuth2ResourceServerJsonWebKey', [id, first])
    await call('replaceAuthorizationServer', [id], {
      body: server('resource', { accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256' }),
    })
    await call(deactivate, [id, first])
    await call('replaceAuthorizationServer', [id], { body: server('resource') })
    await call(deactivate, [id, first])
    await call(deactivate, [id, 'apk00000000000000000'])
    await call('deleteOAuth2ResourceServerJsonWebKey', [id, first])
    await call('deleteOAuth2ResourceServerJsonWebKey', [id, first])
    for (const operation of ['deleteOAuth2ResourceServerJsonWebKey', activate, deactivate] as const)
      await call(operation, [id, second], { who: reader })
  })

  it.each(OURS)('%s for somebody unknown, and for nobody', async (operation) => {
    const stranger: Credential = {
      userId: '',
      token: 'wrong',
      header: { authorization: 'SSWS 00wrong-token-00000000000000000000000000000' },
    }
    const answer = await call(operation, ['any', 'any'], { who: stranger, body: {} })
    expect(answer.status).toBe(401)
    const nobody: Credential = { ...stranger, header: { authorization: '' } }
    expect((await call(operation, ['any', 'any'], { who: nobody, body: {} })).status).toBe(403)
  })

  it('has seen every answer that the documents list', () => {
    const listed = OURS.flatMap((operation) =>
      Object.keys(OPERATIONS[operation].responses).map((status) => `${operation} ${status}`),
    )
    // 429 has a suite of its own below: it needs a server that has had enough.
    const missing = listed.filter((answer) => !seen.has(answer) && !answer.endsWith(' 429'))
    expect(missing).toEqual([])
  })
})

describe.each(DATABASES)('one request too many on $name', (database) => {
  let okta: TestOkta

  beforeAll(async () => {
    okta = await openTestOkta(database, { requestsPerMinute: 1 })
    await okta.call(okta.adminA, 'GET /apps')
  })

  afterAll(async () => {
    await okta.close()
  })

  it.each(OURS)('%s', async (operation) => {
    const { method, path } = OPERATIONS[operation]
    const url = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'any')
    const reply = await okta.call(okta.adminA, `${knownMethod(method)} ${url}`, {})
    expect(reply.status).toBe(429)
    expectContract(operation, reply.status, reply.body)
  })
})

function knownMethod(method: string): 'GET' | 'POST' | 'PUT' | 'DELETE' {
  return method === 'GET' || method === 'PUT' || method === 'DELETE' ? method : 'POST'
}
