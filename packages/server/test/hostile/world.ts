import { generateKeyPairSync } from 'node:crypto'
import type { Actor } from '../../src/authority/index.ts'
import { extendAccessList } from '../../src/directory/credentials.ts'
import { createDigestKey } from '../../src/directory/digest-keys.ts'
import { createGroup } from '../../src/directory/groups.ts'
import { createServiceAccount } from '../../src/directory/service-accounts.ts'
import { createFederation, federationOfActor } from '../../src/federation/federations.ts'
import { createIdentityProvider, createSamlProvider } from '../../src/federation/identity-providers.ts'
import { createRoleMapping } from '../../src/federation/role-mappings.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import type { Credential, TestOkta } from '../support/okta.ts'
import type { RegisteredRoute } from './routes.ts'

/** One thing of each kind in one organization, by the place in a path where its id stands. */
export type World = ReadonlyMap<string, string>

export const WORLD_PASSWORD = 'a canary that must not be logged 7Q'

const APPS = '/api/v1/apps/:appId'
const SERVERS = '/api/v1/authorizationServers/:authServerId'

/** Made once: nothing here depends on keys being different. */
const PUBLIC_KEY = (() => {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'jwk',
  })
  return { kty: 'RSA', n, e }
})()

/** Bodies that are accepted, by route: what hostile ones are made from. */
export function acceptedBodies(name: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const application = {
    name: 'oidc_client',
    label: name,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        client_uri: 'https://client.example.com',
        redirect_uris: ['https://client.example.com/callback'],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        application_type: 'web',
      },
    },
  }
  const registration = {
    client_name: name,
    redirect_uris: ['https://client.example.com/callback'],
    grant_types: ['authorization_code'],
  }
  const server = { name, description: name, audiences: [`https://${name}.example.com`] }
  const scope = { name: `scope-${name}`, description: name, displayName: name, consent: 'IMPLICIT' }
  const nativeServer = { name, audiences: [`https://native-${name}.example.com`] }
  const native = {
    label: name,
    settings: { grant_types: ['authorization_code'], redirect_uris: ['https://client.example.com/callback'] },
  }
  const profile = {
    login: `${name}@example.com`,
    email: `${name}@example.com`,
    firstName: 'Ada',
    lastName: 'L',
  }
  return {
    'POST /api/rescind/v1/organizations': { name, subdomain: name },
    ...atlasBodies(name),
    'POST /api/rescind/v1/apis': { identifier: `https://api-${name}.example.com`, name },
    'PUT /api/rescind/v1/apis/:id': { name },
    'PUT /api/rescind/v1/authorization-servers/:id/signing': { algorithm: 'ES256' },
    'POST /api/rescind/v1/clusters': { name },
    'PUT /api/rescind/v1/clusters/:id': { name },
    'POST /api/rescind/v1/users': { profile, password: WORLD_PASSWORD },
    'PATCH /api/rescind/v1/users/:id': { profile: { firstName: 'Grace' } },
    'PUT /api/rescind/v1/users/:id/password': { password: `${WORLD_PASSWORD}!` },
    'POST /api/rescind/v1/applications': native,
    'PUT /api/rescind/v1/applications/:id': native,
    'POST /api/rescind/v1/applications/:id/keys': {
      jwk: { ...PUBLIC_KEY, kid: `native-${name}` },
      use: 'sig',
    },
    'POST /api/rescind/v1/authorization-servers': nativeServer,
    'PUT /api/rescind/v1/authorization-servers/:id': nativeServer,
    'POST /api/rescind/v1/authorization-servers/:id/scopes': { name: `native-${name}` },
    'PUT /api/rescind/v1/authorization-servers/:id/scopes/:scope': { name: `native-${name}` },
    'POST /api/rescind/v1/authorization-servers/:id/encryption-keys': {
      jwk: { ...PUBLIC_KEY, kid: `native-${name}` },
    },
    'POST /api/rescind/v1/authorization-servers/:id/signing/rotate-and-revoke': { reason: 'test' },
    'POST /api/rescind/v1/revocations/batch': { tokens: ['none'], reason: 'test' },
    'POST /api/rescind/v1/tokens/explain': { id: 'none' },
    'POST /api/rescind/v1/logouts/retry': { session: name, application: name, authorizationServer: name },
    'POST /api/rescind/v1/revocations': { target: { type: 'session', id: name }, reason: 'test' },
    'POST /api/rescind/v1/revocations/preview': { target: { type: 'session', id: name } },
    'POST /api/rescind/v1/sql': { statement: 'SHOW PROVIDERS' },
    'POST /api/rescind/v1/log/nodes': { name },
    'POST /api/rescind/v1/log/keys': { revoked: ['0'.repeat(43)] },
    'POST /api/rescind/v1/log/unknown-keys': { issuer: `https://${name}.example.com`, kid: name },
    'POST /api/rescind/v1/log/ack': { position: `${'0'.repeat(24)}.1.0` },
    'POST /api/v1/api-tokens': { name },
    'POST /api/v1/users': { profile, credentials: { password: { value: WORLD_PASSWORD } } },
    'POST /api/v1/users/:userId': { profile: { firstName: 'Grace' } },
    'PUT /api/v1/users/:userId': { profile },
    'POST /api/v1/users/:userId/roles': { type: 'READ_ONLY_ADMIN' },
    'POST /api/v1/users/:userId/credentials/change_password': {
      oldPassword: { value: WORLD_PASSWORD },
      newPassword: { value: `${WORLD_PASSWORD}!` },
    },
    'POST /api/v1/apps': application,
    'POST /oauth2/v1/clients': registration,
    'PUT /oauth2/v1/clients/:clientId': registration,
    'POST /oauth2/v1/global-token-revocation': { sub_id: { format: 'opaque', id: name } },
    'PUT /api/rescind/v1/policy': { tokensPerUserAndApplication: 50, triggers: { 'user.renamed': false } },
    [`PUT ${APPS}`]: application,
    [`POST ${APPS}/grants`]: { issuer: 'http://localhost:8080', scopeId: 'okta.apps.read' },
    [`POST ${APPS}/credentials/jwks`]: { ...PUBLIC_KEY, use: 'sig', alg: 'RS256', kid: name },
    [`POST ${APPS}/credentials/secrets`]: { status: 'INACTIVE' },
    'POST /api/v1/authorizationServers': server,
    [`PUT ${SERVERS}`]: server,
    [`POST ${SERVERS}/scopes`]: scope,
    [`PUT ${SERVERS}/scopes/:scopeId`]: scope,
    [`POST ${SERVERS}/resourceservercredentials/keys`]: { ...PUBLIC_KEY, use: 'enc', kid: name },
    [`POST ${SERVERS}/credentials/lifecycle/keyRotate`]: { use: 'sig' },
  }
}

const ATLAS_ORG = '/api/atlas/v2/orgs/:orgId'
const ATLAS_GROUP = '/api/atlas/v2/groups/:groupId'
const FEDERATION = '/api/atlas/v2/federationSettings/:federationSettingsId'
const CONNECTED = `${FEDERATION}/connectedOrgConfigs/:orgId`

function atlasBodies(name: string): Readonly<Record<string, unknown>> {
  const networks = [{ cidrBlock: '0.0.0.0/0' }]
  const account = { name, description: name, secretExpiresAfterHours: 8 }
  const change = { name, description: name }
  const mapping = {
    externalGroupName: name,
    roleAssignments: [{ orgId: ORGANIZATION_A, role: 'ORG_MEMBER' }],
  }
  return {
    [`POST ${FEDERATION}/identityProviders`]: provider(name),
    [`PATCH ${FEDERATION}/identityProviders/:identityProviderId`]: { displayName: name },
    [`PATCH ${CONNECTED}`]: { domainRestrictionEnabled: false, dataAccessIdentityProviderIds: [] },
    [`POST ${CONNECTED}/roleMappings`]: mapping,
    [`PUT ${CONNECTED}/roleMappings/:id`]: mapping,
    'POST /api/rescind/v1/federations/:id/domains': { name: `${name}.example.com` },
    'PUT /api/rescind/v1/federations/:id/organizations/:organizationId': { domainRestrictionEnabled: false },
    'POST /api/rescind/v1/federations/:id/organizations/:organizationId/role-mappings': mapping,
    'PUT /api/rescind/v1/federations/:id/organizations/:organizationId/role-mappings/:mappingId': mapping,
    'POST /api/rescind/v1/federations/:id/identity-providers': provider(name),
    'PATCH /api/rescind/v1/federations/:id/identity-providers/:providerId': { displayName: name },
    'POST /api/rescind/v1/federations/:id/identity-providers/:providerId/revoke-keys': { reason: 'test' },
    'POST /api/rescind/v1/users/:id/identities': { identityProvider: 'f'.repeat(24), subject: name },
    'POST /api/rescind/v1/federations/:id/saml-providers': samlSettings(name),
    'PATCH /api/rescind/v1/federations/:id/saml-providers/:providerId': { displayName: name },
    'POST /api/atlas/v2/orgs': { name, apiKey: { desc: name, roles: ['ORG_OWNER'] } },
    [`PATCH ${ATLAS_ORG}`]: { name },
    // Not the one that would shut the door behind it.
    [`PATCH ${ATLAS_ORG}/settings`]: { maxServiceAccountSecretValidityInHours: 8 },
    'POST /api/atlas/v2/groups': { name, orgId: ORGANIZATION_A },
    [`PATCH ${ATLAS_GROUP}`]: { name },
    [`POST ${ATLAS_ORG}/apiKeys`]: { desc: name, roles: ['ORG_MEMBER'] },
    [`PATCH ${ATLAS_ORG}/apiKeys/:apiUserId`]: { desc: name },
    [`POST ${ATLAS_ORG}/apiKeys/:apiUserId/accessList`]: networks,
    [`POST ${ATLAS_GROUP}/apiKeys`]: { desc: name, roles: ['GROUP_READ_ONLY'] },
    [`POST ${ATLAS_GROUP}/apiKeys/:apiUserId`]: [{ roles: ['GROUP_READ_ONLY'] }],
    [`PATCH ${ATLAS_GROUP}/apiKeys/:apiUserId`]: { desc: name },
    [`POST ${ATLAS_ORG}/serviceAccounts`]: { ...account, roles: ['ORG_MEMBER'] },
    [`PATCH ${ATLAS_ORG}/serviceAccounts/:clientId`]: change,
    [`POST ${ATLAS_ORG}/serviceAccounts/:clientId/secrets`]: { secretExpiresAfterHours: 8 },
    [`POST ${ATLAS_ORG}/serviceAccounts/:clientId/accessList`]: networks,
    [`POST ${ATLAS_GROUP}/serviceAccounts`]: { ...account, roles: ['GROUP_READ_ONLY'] },
    [`POST ${ATLAS_GROUP}/serviceAccounts/:clientId`]: { roles: ['GROUP_READ_ONLY'] },
    [`PATCH ${ATLAS_GROUP}/serviceAccounts/:clientId`]: change,
    [`POST ${ATLAS_GROUP}/serviceAccounts/:clientId/secrets`]: { secretExpiresAfterHours: 8 },
    [`POST ${ATLAS_GROUP}/serviceAccounts/:clientId/accessList`]: networks,
  }
}

function samlSettings(name: string) {
  return { displayName: name, issuerUri: `urn:idp:${name}`, ssoUrl: `https://${name}.example.com` }
}

function provider(name: string) {
  return {
    displayName: name,
    description: name,
    issuerUri: `https://${name}.example.com`,
    audience: name,
    authorizationType: 'GROUP',
    userClaim: 'sub',
    groupsClaim: 'groups',
  } as const
}

/** The federation of an organization, with a provider and a role mapping of its own. */
async function federationWorld(
  { authority }: TestOkta,
  actor: Actor,
  name: string,
): Promise<[string, string][]> {
  const { organizationId } = actor
  const { id } = (await federationOfActor(authority, actor)) ?? (await createFederation(authority, actor))
  const idp = await createIdentityProvider(authority, actor, id, provider(`world-${name}`))
  const saml = await createSamlProvider(authority, actor, id, samlSettings(`world-${name}`))
  const mapping = await createRoleMapping(authority, actor, id, organizationId, {
    externalGroupName: `world-${name}`,
    roleAssignments: [{ orgId: organizationId, role: 'ORG_MEMBER' }],
  })
  return [
    [FEDERATION, id],
    [`${FEDERATION}/identityProviders/:identityProviderId`, idp.id],
    [CONNECTED, organizationId],
    [`${CONNECTED}/roleMappings/:id`, mapping.id],
    ['/api/rescind/v1/federations/:id', id],
    ['/api/rescind/v1/federations/:id/domains/:domain', `${name}.example.com`],
    ['/api/rescind/v1/federations/:id/organizations/:organizationId', organizationId],
    ['/api/rescind/v1/federations/:id/organizations/:organizationId/role-mappings/:mappingId', mapping.id],
    ['/api/rescind/v1/federations/:id/identity-providers/:providerId', idp.id],
    ['/api/rescind/v1/federations/:id/saml-providers/:providerId', saml.id],
    ['/api/rescind/v1/users/:id/identities/:provider', idp.id],
    ['/api/rescind/v1/identity-providers/:id', idp.id],
  ]
}

/** A group, and in it a key and an account that are not the ones that the attacks come from. */
async function atlasWorld({ authority }: TestOkta, actor: Actor, name: string): Promise<[string, string][]> {
  const { id: group } = await createGroup(authority, actor, name)
  const membership = { groupId: group, roles: ['GROUP_READ_ONLY'] } as const
  const { key } = await createDigestKey(authority, actor, {
    description: name,
    roles: ['ORG_MEMBER'],
    group: membership,
  })
  const draft = { name, description: name, roles: ['ORG_MEMBER'] } as const
  const { account, secret } = await createServiceAccount(authority, actor, draft, 8, membership)
  const { clientId } = account
  for (const named of [
    { kind: 'digest_key', id: key.id },
    { kind: 'service_account', id: clientId },
  ] as const)
    await extendAccessList(authority, actor, named, ['192.0.2.1'])
  return [
    [ATLAS_ORG, actor.organizationId],
    [ATLAS_GROUP, group],
    [`${ATLAS_ORG}/events/:eventId`, '000000010000000000000001'],
    ...[ATLAS_ORG, ATLAS_GROUP].flatMap((owner): [string, string][] => [
      [`${owner}/apiKeys/:apiUserId`, key.id],
      [`${owner}/apiKeys/:apiUserId/accessList/:ipAddress`, '192.0.2.1'],
      [`${owner}/serviceAccounts/:clientId`, clientId],
      [`${owner}/serviceAccounts/:clientId/secrets/:secretId`, secret.id],
      [`${owner}/serviceAccounts/:clientId/accessList/:ipAddress`, '192.0.2.1'],
    ]),
  ]
}

export async function createWorld(okta: TestOkta, who: Credential, name: string): Promise<World> {
  const bodies = acceptedBodies(name)
  const create = async (route: string, path = route.slice('POST /api/v1'.length)): Promise<string> => {
    const reply = await okta.call(who, `POST ${path}`, bodies[route])
    if (reply.status >= 300) throw new Error(`${route}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body.id
  }
  const app = await create('POST /api/v1/apps')
  const server = await create('POST /api/v1/authorizationServers')
  const signing = await okta.call(who, `GET /authorizationServers/${server}/credentials/keys`)
  const keys = `/authorizationServers/${server}/resourceservercredentials/keys`
  const scope = await create(`POST ${SERVERS}/scopes`, `/authorizationServers/${server}/scopes`)
  const encryptionKey = await create(`POST ${SERVERS}/resourceservercredentials/keys`, keys)
  const apis = await okta.app.inject({ url: '/api/rescind/v1/apis', headers: who.header })
  const user = await create('POST /api/v1/users')
  const key = await create(`POST ${APPS}/credentials/jwks`, `/apps/${app}/credentials/jwks`)
  const secret = await create(`POST ${APPS}/credentials/secrets`, `/apps/${app}/credentials/secrets`)
  await create('POST /api/v1/users/:userId/roles', `/users/${user}/roles`)
  const revoked = await okta.app.inject({
    method: 'POST',
    url: '/api/rescind/v1/revocations',
    headers: who.header,
    payload: { ...bodies['POST /api/rescind/v1/revocations'] },
  })
  const cluster = await okta.app.inject({
    method: 'POST',
    url: '/api/rescind/v1/clusters',
    headers: who.header,
    payload: { name },
  })
  const { actorA, actorB } = okta.authority
  return new Map([
    ...(await atlasWorld(okta, who === okta.adminA ? actorA : actorB, name)),
    ...(await federationWorld(okta, who === okta.adminA ? actorA : actorB, name)),
    ['/api/atlas/v2/rateLimits/:endpointSetId', 'identity-providers'],
    ['/api/rescind/v1/clusters/:id', String(cluster.json().id)],
    ['/api/rescind/v1/revocations/:id', String(revoked.json().id)],
    ['/api/rescind/v1/tokens/:id', 'none-is-issued-yet'],
    ['/api/v1/users/:userId', user],
    ['/api/rescind/v1/users/:id', user],
    ['/api/rescind/v1/users/:id/roles/:role', 'organization_reader'],
    ['/api/rescind/v1/users/:id/sessions/:session', 'none-has-begun'],
    // Nothing is issued in this world: what is unknown there is as unknown here.
    ['/api/v1/users/:userId/clients/:clientId', app],
    ['/api/v1/users/:userId/clients/:clientId/tokens/:tokenId', 'oar-none-is-issued'],
    ['/api/v1/users/:userId/grants/:grantId', 'oag-none-is-given'],
    [`${APPS}/tokens/:tokenId`, 'oar-none-is-issued'],
    [`${APPS}/grants/:grantId`, 'oag-none-is-given'],
    [`${SERVERS}/clients/:clientId`, app],
    [`${SERVERS}/clients/:clientId/tokens/:tokenId`, 'oar-none-is-issued'],
    ['/oauth2/v1/clients/:clientId', app],
    ['/api/v1/users/:userId/roles/:roleId', 'READ_ONLY_ADMIN'],
    ...['', '/:issuerId'].flatMap((issuer) => [
      [`/oauth2${issuer}/v1/authorize/:uid`, 'none'] as const,
      [`/oauth2${issuer}/v1/device/:uid`, 'none'] as const,
      [`/oauth2${issuer}/v1/interaction/:uid`, 'none'] as const,
    ]),
    ['/console/*', 'users'],
    ['/oauth2/:issuerId', server],
    ['/.well-known/oauth-authorization-server/oauth2/:issuerId', server],
    ['/oauth2/:issuerId/.well-known/:document', 'openid-configuration'],
    ['/api/v1/api-tokens/:apiTokenId', await create('POST /api/v1/api-tokens')],
    [APPS, app],
    [`${APPS}/credentials/jwks/:keyId`, key],
    [`${APPS}/credentials/secrets/:secretId`, secret],
    ['/api/rescind/v1/applications/:id', app],
    ['/api/rescind/v1/applications/:id/keys/:key', key],
    ['/api/rescind/v1/applications/:id/secrets/:secret', secret],
    [SERVERS, server],
    [`${SERVERS}/scopes/:scopeId`, scope],
    [`${SERVERS}/resourceservercredentials/keys/:keyId`, encryptionKey],
    ['/api/rescind/v1/authorization-servers/:id/scopes/:scope', scope],
    ['/api/rescind/v1/authorization-servers/:id/encryption-keys/:key', encryptionKey],
    [`${SERVERS}/credentials/keys/:keyId`, signing.body[0].kid],
    ['/oauth2/:authServerId', server],
    ['/oauth2/:authServerId/v1/status-lists/:listId', '0'],
    ['/oauth2/v1/status-lists/:listId', '0'],
    ['/api/rescind/v1/authorization-servers/:id', server],
    // The API of the server's audience.
    ['/api/rescind/v1/apis/:id', String(apis.json().items[0].id)],
  ])
}

/**
 * The path of a route with each parameter filled: from the worlds in turn, one world for each parameter.
 *
 * @throws Error for a parameter whose kind of id no world has: add one, so that the new route is attacked too
 */
export function fillPath(
  { url, parameters }: Pick<RegisteredRoute, 'url' | 'parameters'>,
  ...worlds: readonly World[]
): string {
  return fillWith(url, parameters, (place, index) => {
    const id = worlds[Math.min(index, worlds.length - 1)]?.get(place)
    if (id === undefined) throw new Error(`${place}: a new kind of id, which the worlds do not have yet`)
    return encodeURIComponent(id)
  })
}

/** The path of a route with what `value` says in the place of each parameter; `place` is the URL up to there. */
export function fillWith(
  url: string,
  parameters: readonly string[],
  value: (place: string, index: number) => string,
): string {
  let index = 0
  return url.replaceAll(/:\w+|\*/g, (found, offset: number) => {
    if (index >= parameters.length) return found
    return value(url.slice(0, offset + found.length), index++)
  })
}
