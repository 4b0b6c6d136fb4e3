import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/authority/index.ts'
import { connectOrganization } from '../../src/federation/connect-organization.ts'
import { addDomain } from '../../src/federation/domains.ts'
import { createFederation } from '../../src/federation/federations.ts'
import { createSamlProvider } from '../../src/federation/identity-providers.ts'
import { ATLAS_OPERATIONS } from '../contract/atlas.ts'
import { createAtlasCaller, digestCredential, openTestAtlas, type TestAtlas } from '../support/atlas.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { ContractClient } from './contract-client.ts'

const NOBODY = '0'.repeat(24)
const LEGACY = '0oa17ziag59V93JYS358'
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const ID = expect.stringMatching(/^[a-f0-9]{24}$/)

/** As Atlas's command line and Terraform send one: every member that they know of. */
const WORKFORCE = {
  associatedDomains: ['iam-test-domain-dev.com'],
  audience: 'idp-254',
  authorizationType: 'GROUP',
  clientId: 'cliClients',
  description: 'CLI TEST Provider',
  displayName: 'idp-254',
  groupsClaim: 'groups',
  idpType: 'WORKFORCE',
  issuerUri: 'https://accounts.google.com',
  protocol: 'OIDC',
  requestedScopes: [],
  userClaim: 'user',
}
const WORKLOAD = {
  ...WORKFORCE,
  associatedDomains: [],
  audience: 'idp-646',
  clientId: '',
  displayName: 'idp-646',
  idpType: 'WORKLOAD',
}

const WAYS = DATABASES.flatMap((database) =>
  // Digest writes to the database at every request, so it is tried on both.
  (database.name === 'sqlite' ? (['digest', 'bearer'] as const) : (['digest'] as const)).map((way) => ({
    name: `${way} on ${database.name}`,
    database,
    way,
  })),
)

describe.each(WAYS)('federation, by $name', ({ database, way }) => {
  let atlas: TestAtlas
  let client: ContractClient
  let stranger: readonly string[]
  let member: readonly string[]
  let federation: string
  let workforce: string
  let workload: string
  let saml: string
  const own = () => [federation, ORGANIZATION_A]

  beforeAll(async () => {
    atlas = await openTestAtlas(database)
    const { authority, app } = atlas
    const { actorA, actorB } = authority
    const credentialOf = async (actor: Actor) =>
      way === 'digest'
        ? (await digestCredential(authority, actor, 'ORG_OWNER')).options
        : (await createAtlasCaller(authority, app, actor, 'ORG_OWNER')).options
    client = new ContractClient(atlas, await credentialOf(actorA))
    stranger = await credentialOf(actorB)
    member = (await createAtlasCaller(authority, app, actorA, 'ORG_READ_ONLY')).options
    const installation = { ...actorA, roles: new Set([...actorA.roles, 'installation_admin'] as const) }
    federation = (await createFederation(authority, installation)).id
    await addDomain(authority, installation, federation, 'iam-test-domain-dev.com')
    saml = (
      await createSamlProvider(authority, installation, federation, {
        displayName: 'FedTest',
        description: '',
        issuerUri: 'urn:idp:default',
        associatedDomains: ['iam-test-domain-dev.com'],
        oktaIdpId: LEGACY,
        acsUrl: `https://auth-qa.mongodb.com/sso/saml2/${LEGACY}`,
        audienceUri: 'https://www.okta.com/saml2/service-provider/spkcaajgznyowoyqsiqn',
        certificates: [{ notAfter: '2051-12-16T14:28:59Z', notBefore: '2024-07-30T14:28:59Z' }],
        ssoDebugEnabled: true,
        ssoUrl: 'http://localhost',
      })
    ).id
  })
  afterAll(() => atlas.close())

  it('settings of an organization, as recorded', async () => {
    const { text } = await client.call('getOrgFederationSettings', [ORGANIZATION_A])
    expect(text).toBe(
      `{"federatedDomains":["iam-test-domain-dev.com"],"hasRoleMappings":false,"id":"${federation}","identityProviderId":null,"identityProviderStatus":"INACTIVE"}`,
    )
    expect(await client.refused('getOrgFederationSettings', [ORGANIZATION_B])).toBe('404 ORG_NOT_FOUND')
    expect(await client.refused('getOrgFederationSettings', [ORGANIZATION_B], { as: stranger })).toBe(
      '404 RESOURCE_NOT_FOUND',
    )
    expect(await client.refused('getOrgFederationSettings', [ORGANIZATION_A], { as: member })).toBe(
      '401 USER_UNAUTHORIZED',
    )
  })

  it('providers are created as recorded, by clients that send every member', async () => {
    const made = await client.call('createFederationSettingIdentityProvider', [federation], {
      body: WORKFORCE,
    })
    expect(made.status).toBe(200)
    workforce = made.body.id
    expect(made.text).toBe(
      `{"associatedDomains":["iam-test-domain-dev.com"],"associatedOrgs":[],"audience":"idp-254","authorizationType":"GROUP","clientId":"cliClients","createdAt":"${made.body.createdAt}","description":"CLI TEST Provider","displayName":"idp-254","groupsClaim":"groups","id":"${workforce}","idpType":"WORKFORCE","issuerUri":"https://accounts.google.com","oktaIdpId":null,"protocol":"OIDC","requestedScopes":[],"updatedAt":null,"userClaim":"user"}`,
    )
    const other = await client.call('createFederationSettingIdentityProvider', [federation], {
      body: WORKLOAD,
    })
    workload = other.body.id
    expect(other.text).toBe(
      `{"associatedOrgs":[],"audience":"idp-646","authorizationType":"GROUP","createdAt":"${other.body.createdAt}","description":"CLI TEST Provider","displayName":"idp-646","groupsClaim":"groups","id":"${workload}","idpType":"WORKLOAD","issuerUri":"https://accounts.google.com","oktaIdpId":null,"protocol":"OIDC","updatedAt":null,"userClaim":"user"}`,
    )
  })

  it.each([
    ['a federation of others', { federation: NOBODY }, {}, '404 RESOURCE_NOT_FOUND'],
    ['no federation', { federation: 'x' }, {}, '400 INVALID_PATH_PARAMETER'],
    ['an unknown member', {}, { colour: 'red' }, '400 INVALID_ATTRIBUTE'],
    ['an unknown kind', {}, { idpType: 'OTHER' }, '400 INVALID_ENUM_VALUE'],
    ['SAML', {}, { protocol: 'SAML' }, '400 INVALID_ATTRIBUTE'],
    ['no audience', {}, { audience: '' }, '400 MISSING_ATTRIBUTE'],
    ['no groups claim where groups decide', {}, { groupsClaim: '' }, '400 MISSING_ATTRIBUTE'],
    ['a name that is too long', {}, { displayName: 'x'.repeat(51) }, '400 INVALID_ATTRIBUTE'],
    [
      'a domain that nobody verified',
      {},
      { audience: 'other', associatedDomains: ['other.com'] },
      '400 INVALID_ATTRIBUTE',
    ],
    ['an issuer in the clear', {}, { issuerUri: 'http://accounts.google.com' }, '400 INVALID_ATTRIBUTE'],
    ['an audience twice', {}, {}, '400 VALIDATION_ERROR'],
    ['a number for a text', {}, { userClaim: 5 }, /^400 /],
  ])('a provider is refused for %s', async (_, where: { readonly federation?: string }, change, refusal) => {
    const { federation: id = federation } = where
    const body = { ...WORKFORCE, ...change }
    const got = await client.refused('createFederationSettingIdentityProvider', [id], { body })
    if (refusal instanceof RegExp) expect(got).toMatch(refusal)
    else expect(got).toBe(refusal)
  })

  it('providers are listed by protocol and kind, SAML for people where nothing is said', async () => {
    const list = async (query: string) => {
      const page = await client.get('listFederationSettingIdentityProviders', [federation], { query })
      return page.results.map((one: { id: string }) => one.id)
    }
    expect(await list('')).toEqual([saml])
    expect(await list('?protocol=OIDC')).toEqual([workforce])
    expect(await list('?protocol=OIDC&idpType=WORKLOAD')).toEqual([workload])
    const all = '?protocol=OIDC&protocol=SAML&idpType=WORKFORCE&idpType=WORKLOAD'
    expect(await list(all)).toEqual(expect.arrayContaining([saml, workforce, workload]))
    expect(await list(`${all}&itemsPerPage=1&pageNum=9`)).toEqual([])
    const { text } = await client.call('listFederationSettingIdentityProviders', [federation], {
      query: '?itemsPerPage=100&pageNum=1&protocol=SAML&idpType=WORKFORCE',
    })
    const [createdAt] = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=","description")/.exec(text) ?? []
    expect(text).toBe(
      `{"links":[{"href":"${atlas.url}/api/atlas/v2/federationSettings/${federation}/identityProviders?idpType=WORKFORCE&protocol=SAML&pageNum=1&itemsPerPage=100","rel":"self"}],"results":[{"acsUrl":"https://auth-qa.mongodb.com/sso/saml2/${LEGACY}","associatedDomains":["iam-test-domain-dev.com"],"associatedOrgs":[],"audienceUri":"https://www.okta.com/saml2/service-provider/spkcaajgznyowoyqsiqn","createdAt":"${createdAt}","description":"","displayName":"FedTest","id":"${saml}","idpType":"WORKFORCE","issuerUri":"urn:idp:default","oktaIdpId":"${LEGACY}","pemFileInfo":{"certificates":[{"notAfter":"2051-12-16T14:28:59Z","notBefore":"2024-07-30T14:28:59Z"}],"fileName":null},"protocol":"SAML","requestBinding":"HTTP-POST","responseSignatureAlgorithm":"SHA-256","slug":"","ssoDebugEnabled":true,"ssoUrl":"http://localhost","status":"ACTIVE","updatedAt":null}],"totalCount":1}`,
    )
    expect(
      await client.refused('listFederationSettingIdentityProviders', [federation], { query: '?protocol=X' }),
    ).toBe('400 INVALID_ENUM_VALUE')
    expect(
      await client.refused('listFederationSettingIdentityProviders', [federation], { as: stranger }),
    ).toBe('404 RESOURCE_NOT_FOUND')
  })

  it('a provider has two versions, of which the older names SAML providers by their older ids', async () => {
    const get = 'getFederationSettingIdentityProvider'
    expect((await client.get(get, [federation, workforce])).id).toBe(workforce)
    expect((await client.get(get, [federation, saml])).oktaIdpId).toBe(LEGACY)
    const older = await client.call(get, [federation, LEGACY], { version: '2023-01-01' })
    expect([older.status, older.body.id]).toEqual([200, saml])
    expect(older.headers.get('sunset')).toBe('Wed, 1 Jan 2025 00:00:00 GMT')
    expect(older.headers.get('deprecation')).toBe('Mon, 5 Aug 2024 00:00:00 GMT')
    expect(await client.refused(get, [federation, workforce], { version: '2023-01-01' })).toBe(
      '404 IDENTITY_PROVIDER_DOES_NOT_EXIST',
    )
    expect(await client.refused(get, [federation, NOBODY])).toBe('404 RESOURCE_NOT_FOUND')
    expect(await client.refused(get, [federation, LEGACY])).toBe('400 INVALID_PATH_PARAMETER')
    expect(await client.refused(get, [federation, workforce], { version: '2022-01-01' })).toBe(
      '406 INVALID_VERSION_DATE',
    )
    // Later than the newest of the resource: the newest, and the answer says so.
    const { headers } = await atlas.curl(
      `/api/atlas/v2/federationSettings/${federation}/identityProviders/${workforce}`,
      ...['-H', 'Accept: application/vnd.atlas.2025-03-12+json'],
      ...(await createAtlasCaller(atlas.authority, atlas.app, atlas.authority.actorA, 'ORG_OWNER')).options,
    )
    expect(headers.get('content-type')).toBe('application/vnd.atlas.2023-11-15+json;charset=utf-8')
    const metadata = await client.call('getFederationSettingIdentityProviderMetadata', [federation, LEGACY])
    expect(metadata.text).toMatch(/^<\?xml version="1.0".*saml2\/0oa17ziag59V93JYS358"/)
    expect(
      await client.refused('getFederationSettingIdentityProviderMetadata', [federation, workforce]),
    ).toBe('405 METHOD_NOT_ALLOWED')
  })

  it('a provider is changed by whoever echoes all of it', async () => {
    const patch = 'updateFederationSettingIdentityProvider'
    const read = await client.get('getFederationSettingIdentityProvider', [federation, workload])
    const body = {
      ...read,
      displayName: 'renamed',
      clientId: '',
      requestedScopes: [],
      ssoDebugEnabled: false,
    }
    const changed = await client.get(patch, [federation, workload], { body })
    expect(changed).toEqual({ ...read, displayName: 'renamed', updatedAt: TIME })
    expect(
      await client.get(patch, [federation, workload], { body: { description: '', groupsClaim: '' } }),
    ).toMatchObject({ description: null, groupsClaim: 'groups' })
    const refused = (id: string, what: unknown) => client.refused(patch, [federation, id], { body: what })
    expect(await refused(workload, { idpType: 'WORKFORCE' })).toBe('400 ATTRIBUTE_READ_ONLY')
    expect(await refused(workload, { associatedDomains: ['iam-test-domain-dev.com'] })).toBe(
      '400 INVALID_ATTRIBUTE',
    )
    expect(await refused(NOBODY, {})).toBe('404 RESOURCE_NOT_FOUND')
  })

  it('a SAML provider is changed by either of its ids', async () => {
    const patch = 'updateFederationSettingIdentityProvider'
    const read = 'getFederationSettingIdentityProvider'
    const before = await client.get(read, [federation, saml])
    const body = {
      ...before,
      displayName: 'renamed',
      status: 'INACTIVE',
      ssoDebugEnabled: false,
      audience: '',
    }
    const changed = { ...before, displayName: 'renamed', status: 'INACTIVE', ssoDebugEnabled: false }
    expect(await client.get(patch, [federation, saml], { body })).toEqual({ ...changed, updatedAt: TIME })
    const older = await client.call(patch, [federation, LEGACY], {
      version: '2023-01-01',
      body: {
        ssoDebugEnabled: true,
        ssoUrl: 'https://idp.example.com',
        status: 'ACTIVE',
        pemFileInfo: { fileName: 'a.pem' },
      },
    })
    expect(older.body).toMatchObject({
      id: saml,
      oktaIdpId: LEGACY,
      ssoUrl: 'https://idp.example.com',
      pemFileInfo: { certificates: before.pemFileInfo.certificates, fileName: 'a.pem' },
    })
    const refused = (what: object) =>
      client.refused(patch, [federation, saml], { body: { ssoDebugEnabled: true, ...what } })
    expect(await client.refused(patch, [federation, saml], { body: {} })).toBe('400 MISSING_ATTRIBUTE')
    expect(await refused({ protocol: 'OIDC' })).toBe('400 ATTRIBUTE_READ_ONLY')
    expect(await refused({ pemFileInfo: { certificates: [{ content: 'none' }] } })).toBe(
      '400 INVALID_ATTRIBUTE',
    )
    expect(await refused({ associatedDomains: ['nobodys.example.com'] })).toMatch(/^400 /)
  })

  it('connecting is no merge patch', async () => {
    const patch = 'updateFederationSettingConnectedOrgConfig'
    const get = 'getFederationSettingConnectedOrgConfig'
    const before = await client.get(get, own())
    expect(before).toEqual({
      dataAccessIdentityProviderIds: [],
      domainAllowList: [],
      domainRestrictionEnabled: false,
      identityProviderId: null,
      instantUserProvisioningDisabled: false,
      orgId: ORGANIZATION_A,
      postAuthRoleGrants: [],
      roleMappings: [],
      userConflicts: null,
    })
    expect(await client.refused(patch, own(), { body: { postAuthRoleGrants: ['ORG_OWNER'] } })).toBe(
      '400 VALIDATION_ERROR',
    )
    const whole = {
      ...before,
      dataAccessIdentityProviderIds: [workforce, workload],
      domainRestrictionEnabled: true,
      identityProviderId: LEGACY,
      postAuthRoleGrants: ['ORG_OWNER'],
    }
    const { text } = await client.call(patch, own(), { body: whole })
    expect(text).toBe(
      `{"dataAccessIdentityProviderIds":["${workforce}","${workload}"],"domainAllowList":[],"domainRestrictionEnabled":true,"identityProviderId":"${LEGACY}","instantUserProvisioningDisabled":false,"orgId":"${ORGANIZATION_A}","postAuthRoleGrants":["ORG_OWNER"],"roleMappings":[],"userConflicts":null}`,
    )
    const settings = await client.get('getOrgFederationSettings', [ORGANIZATION_A])
    expect(settings).toMatchObject({ identityProviderId: LEGACY, identityProviderStatus: 'ACTIVE' })
    const provider = await client.get('getFederationSettingIdentityProvider', [federation, workload])
    expect(provider.associatedOrgs).toEqual([whole])
    // What is left out is taken away.
    const less = await client.get(patch, own(), { body: { dataAccessIdentityProviderIds: [workforce] } })
    expect(less).toEqual({
      ...whole,
      dataAccessIdentityProviderIds: [workforce],
      domainRestrictionEnabled: false,
      identityProviderId: null,
    })
    const refused = (body: unknown) => client.refused(patch, own(), { body })
    expect(await refused({ identityProviderId: NOBODY })).toBe(
      '400 CONNECTED_ORG_CONFIG_IDP_NOT_IN_FEDERATION',
    )
    expect(await refused({ dataAccessIdentityProviderIds: [workforce], postAuthRoleGrants: ['KING'] })).toBe(
      '400 POST_AUTH_ROLE_GRANTS_MUST_CONTAIN_ORG_ROLES',
    )
    expect(await refused({ unknown: 1 })).toBe('400 INVALID_ATTRIBUTE')
    expect((await client.get('listFederationSettingConnectedOrgConfigs', [federation])).totalCount).toBe(1)
    expect(await client.refused(get, [federation, NOBODY])).toBe('404 ORG_NOT_FOUND')
    expect(await client.refused(get, own(), { as: stranger })).toBe('404 RESOURCE_NOT_FOUND')
    expect(await client.refused('removeFederationSettingConnectedOrgConfig', own())).toBe(
      '400 VALIDATION_ERROR',
    )
  })

  it('role mappings', async () => {
    const list = 'listFederationSettingConnectedOrgConfigRoleMappings'
    const create = 'createFederationSettingConnectedOrgConfigRoleMapping'
    const get = 'getFederationSettingConnectedOrgConfigRoleMapping'
    const roleAssignments = [
      { orgId: ORGANIZATION_A, role: 'ORG_OWNER' },
      { groupId: NOBODY, role: 'GROUP_OWNER' },
    ]
    const body = { externalGroupName: 'admins', roleAssignments }
    const made = await client.get(create, own(), { body })
    expect(made).toEqual({ ...body, id: ID })
    const one = [...own(), made.id]
    expect(await client.get(get, one)).toEqual(made)
    const page = await client.get(list, own())
    expect(page).toMatchObject({ results: [made], totalCount: 1 })
    const replaced = { externalGroupName: 'others', roleAssignments: [roleAssignments[0]] }
    expect(
      await client.get('updateFederationSettingConnectedOrgConfigRoleMapping', one, { body: replaced }),
    ).toEqual({ ...replaced, id: made.id })
    const refused = (assignments: unknown) =>
      client.refused(create, own(), {
        body: { externalGroupName: 'x', roleAssignments: assignments },
      })
    expect(await refused([{ groupId: NOBODY, role: 'GROUP_OWNER' }])).toBe('400 VALIDATION_ERROR')
    expect(await refused([{ role: 'ORG_OWNER' }])).toBe('400 ROLE_NEEDS_ORG_ID')
    expect(await refused([{ role: 'GROUP_OWNER', orgId: '' }])).toBe('400 ROLE_NEEDS_GROUP_ID')
    expect(await refused([{ role: 'ORG_OWNER', orgId: ORGANIZATION_B }])).toBe('400 INVALID_ROLE_FOR_ORG')
    expect(await client.refused(create, own(), { body: { externalGroupName: 'x' } })).toBe(
      '400 MISSING_ATTRIBUTE',
    )
    expect(await client.refused(create, own(), { body: replaced })).toBe('400 VALIDATION_ERROR')
    expect(await client.refused(get, [...own(), NOBODY])).toBe('404 RESOURCE_NOT_FOUND')
    const gone = await client.call('deleteFederationSettingConnectedOrgConfigRoleMapping', one)
    expect(gone.status).toBe(204)
    expect(await client.refused('deleteFederationSettingConnectedOrgConfigRoleMapping', one)).toBe(
      '404 RESOURCE_NOT_FOUND',
    )
  })

  it('what happened is in the events of the organization', async () => {
    const { results } = await client.get('listOrgEvents', [ORGANIZATION_A], { query: '?itemsPerPage=500' })
    const types = results.map((event: { eventTypeName: string }) => event.eventTypeName)
    for (const type of [
      'FEDERATION_SETTINGS_CREATED',
      'DOMAIN_VERIFIED',
      'IDENTITY_PROVIDER_CREATED',
      'OIDC_IDENTITY_PROVIDER_UPDATED',
      'ORG_SETTINGS_UPDATED',
      'ROLE_MAPPING_CREATED',
      'ROLE_MAPPING_UPDATED',
      'ROLE_MAPPING_DELETED',
    ])
      expect(types).toContain(type)
  })

  it('two organizations share it, and neither rules the other', async () => {
    const { authority } = atlas
    const { actorA } = authority
    const installation = { ...actorA, roles: new Set([...actorA.roles, 'installation_admin'] as const) }
    await connectOrganization(authority, installation, federation, ORGANIZATION_B)
    expect(
      (await client.get('listFederationSettingConnectedOrgConfigs', [federation], { as: stranger }))
        .totalCount,
    ).toBe(2)
    expect(
      await client.refused('updateFederationSettingConnectedOrgConfig', own(), { as: stranger, body: {} }),
    ).toBe('401 USER_UNAUTHORIZED')
    expect(
      await client.refused('deleteFederationSettingIdentityProvider', [federation, workforce], {
        as: stranger,
      }),
    ).toBe('400 VALIDATION_ERROR')
    expect(await client.refused('deleteFederationSetting', [federation])).toBe('400 VALIDATION_ERROR')
  })

  it('the keys of a provider are revoked, and every connected organization reads of it', async () => {
    const operation = 'revokeFederationSettingIdentityProviderJwks'
    // Connected to nobody, and not to be reached: it is revoked all the same.
    const body = { ...WORKFORCE, audience: 'down', issuerUri: 'https://127.0.0.1:1', associatedDomains: [] }
    const { id } = await client.get('createFederationSettingIdentityProvider', [federation], { body })
    for (const provider of [id, id]) {
      const revoked = await client.call(operation, [federation, provider])
      expect([revoked.status, revoked.text]).toEqual([204, ''])
      expect(revoked.headers.get('content-type')).toBe('application/vnd.atlas.2023-11-15+json;charset=utf-8')
    }
    const query = '?eventType=IDENTITY_PROVIDER_JWKS_REVOKED'
    const events = await client.get('listOrgEvents', [ORGANIZATION_A], { query })
    expect(events.totalCount).toBe(2)
    expect(events.results[0].eventTypeName).toBe('IDENTITY_PROVIDER_JWKS_REVOKED')
    const theirs = await client.get('listOrgEvents', [ORGANIZATION_B], { query, as: stranger })
    expect(theirs.totalCount).toBe(2)
    expect(await client.refused(operation, [federation, saml])).toBe('400 VALIDATION_ERROR')
    expect(await client.refused(operation, [federation, NOBODY])).toBe('404 RESOURCE_NOT_FOUND')
    expect(await client.refused(operation, [NOBODY, id])).toBe('404 RESOURCE_NOT_FOUND')
    expect(await client.refused(operation, [federation, 'x'])).toBe('400 INVALID_PATH_PARAMETER')
    expect(await client.refused(operation, [federation, id], { as: member })).toBe('401 USER_UNAUTHORIZED')
    expect(await client.refused(operation, [federation, id], { version: '2023-01-01' })).toBe(
      '406 INVALID_VERSION_DATE',
    )
    const left = await client.call(
      'removeFederationSettingConnectedOrgConfig',
      [federation, ORGANIZATION_B],
      { as: stranger },
    )
    expect(left.status).toBe(204)
  })

  it('providers and the federation are deleted', async () => {
    const gone = await client.call('deleteFederationSettingIdentityProvider', [federation, workforce])
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect(gone.lines.map((line) => line.split(': ')[0])).toEqual([
      'Content-Type',
      'Date',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'Referrer-Policy',
      'X-Content-Type-Options',
      'X-Frame-Options',
      'X-Permitted-Cross-Domain-Policies',
      'Connection',
      'Keep-Alive',
    ])
    expect(gone.headers.get('content-type')).toBe('application/vnd.atlas.2023-11-15+json;charset=utf-8')
    expect(await client.refused('deleteFederationSettingIdentityProvider', [federation, workforce])).toBe(
      '404 RESOURCE_NOT_FOUND',
    )
    expect((await client.call('deleteFederationSetting', [federation])).status).toBe(204)
    expect(await client.refused('getOrgFederationSettings', [ORGANIZATION_A])).toBe('404 RESOURCE_NOT_FOUND')
    const served = Object.keys(ATLAS_OPERATIONS).filter((name) => /Federation/.test(name))
    const succeeded = [...client.seen].filter((one) => / 2\d\d$/.test(one)).map((one) => one.split(' ')[0])
    expect(served.filter((name) => !succeeded.includes(name))).toEqual([])
  })
})
