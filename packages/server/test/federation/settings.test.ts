import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/authority/index.ts'
import type { ErrorCode } from '../../src/errors/index.ts'
import { connectOrganization, disconnectOrganization } from '../../src/federation/connect-organization.ts'
import {
  getConnectedOrganization,
  listConnectedOrganizations,
  patchConnectedOrganization,
} from '../../src/federation/connected-organizations.ts'
import { addDomain, listDomains, removeDomain } from '../../src/federation/domains.ts'
import {
  createFederation,
  deleteFederation,
  federationOfActor,
  getFederation,
} from '../../src/federation/federations.ts'
import {
  createIdentityProvider,
  createSamlProvider,
  deleteIdentityProvider,
  getIdentityProvider,
  listIdentityProviders,
  updateIdentityProvider,
  updateSamlProvider,
} from '../../src/federation/identity-providers.ts'
import {
  createRoleMapping,
  deleteRoleMapping,
  listRoleMappings,
  replaceRoleMapping,
} from '../../src/federation/role-mappings.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const WORKLOAD = {
  idpType: 'WORKLOAD',
  displayName: 'robots',
  issuerUri: 'https://robots.example.com',
  audience: 'orders',
  authorizationType: 'GROUP',
  userClaim: 'sub',
  groupsClaim: 'groups',
  // As clients of Atlas send it.
  clientId: '',
  requestedScopes: [],
  associatedDomains: [],
} as const
const SAML = {
  displayName: 'FedTest',
  description: '',
  issuerUri: 'urn:idp:default',
  associatedDomains: [],
  oktaIdpId: '0oa17ziag59V93JYS358',
  ssoUrl: 'http://localhost',
} satisfies Parameters<typeof createSamlProvider>[3]
const UNKNOWN = 'f'.repeat(24)

describe.each(DATABASES)('a federation on $name', (database) => {
  let authority: TestAuthority
  let a: Actor
  let b: Actor
  let installer: Actor
  let federation: string
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    a = authority.actorA
    b = authority.actorB
    installer = { ...a, roles: new Set(['installation_admin', 'organization_admin']) }
    federation = (await createFederation(authority, a)).id
  })
  afterAll(() => authority.close())

  const refused = (work: Promise<unknown>, code: ErrorCode) =>
    expect(work).rejects.toMatchObject({ name: 'DomainError', code })
  const kinds = async (log: string) => {
    const rows = await authority.store.read({ organizationId: log }, (tx) =>
      tx.db.selectFrom('log_entries').select('kind').where('log_id', '=', log).orderBy('seq').execute(),
    )
    return rows.map(({ kind }) => kind)
  }

  it('has a log, and its organization is told', async () => {
    expect(await federationOfActor(authority, a)).toMatchObject({
      id: federation,
      organizationIds: [ORGANIZATION_A],
    })
    expect(await kinds(federation)).toEqual(['federation.created', 'federation_organization.connected'])
    expect(await kinds(ORGANIZATION_A)).toEqual(['federation_organization.connected', 'federation.created'])
    await refused(createFederation(authority, a), 'organization_in_federation')
  })

  it('does not exist for an organization that is not connected', async () => {
    await refused(getFederation(authority, b, federation), 'not_found')
    await refused(addDomain(authority, b, federation, 'b.example.com'), 'not_found')
    await refused(createIdentityProvider(authority, b, federation, WORKLOAD), 'not_found')
    await refused(connectOrganization(authority, b, federation, ORGANIZATION_B), 'not_found')
    await refused(deleteFederation(authority, b, federation), 'not_found')
  })

  it('is joined by the word of an administrator of the installation, and of no member', async () => {
    await refused(connectOrganization(authority, a, federation, ORGANIZATION_B), 'permission_denied')
    await refused(connectOrganization(authority, installer, federation, UNKNOWN), 'not_found')
    await connectOrganization(authority, installer, federation, ORGANIZATION_B)
    await connectOrganization(authority, installer, federation, ORGANIZATION_B)
    expect((await getFederation(authority, b, federation)).organizationIds).toEqual([
      ORGANIZATION_A,
      ORGANIZATION_B,
    ])
    await refused(disconnectOrganization(authority, a, federation, ORGANIZATION_B), 'permission_denied')
    await disconnectOrganization(authority, b, federation, ORGANIZATION_B)
    await refused(
      disconnectOrganization(authority, a, federation, ORGANIZATION_A),
      'federation_last_organization',
    )
    const other = (await createFederation(authority, b)).id
    await refused(
      connectOrganization(authority, installer, federation, ORGANIZATION_B),
      'organization_in_federation',
    )
    await refused(deleteFederation(authority, a, other), 'not_found')
    await deleteFederation(authority, b, other)
    await connectOrganization(authority, installer, federation, ORGANIZATION_B)
    await refused(deleteFederation(authority, a, federation), 'federation_has_organizations')
  })

  it('has domains that somebody vouched for', async () => {
    await refused(addDomain(authority, a, federation, 'localhost'), 'federation_domain_invalid')
    expect(await addDomain(authority, a, federation, 'Example.com')).toMatchObject({
      name: 'example.com',
      status: 'PENDING',
    })
    await refused(addDomain(authority, b, federation, 'example.com'), 'federation_domain_taken')
    const workforce = { ...WORKLOAD, idpType: 'WORKFORCE', associatedDomains: ['example.com'] } as const
    await refused(createIdentityProvider(authority, a, federation, workforce), 'federation_domain_unverified')
    expect(await addDomain(authority, installer, federation, 'example.com')).toMatchObject({
      status: 'VERIFIED',
    })
    const { id } = await createIdentityProvider(authority, a, federation, workforce)
    await refused(removeDomain(authority, a, federation, 'example.com'), 'federation_domain_associated')
    await deleteIdentityProvider(authority, a, federation, id)
    await removeDomain(authority, a, federation, 'example.com')
    expect(await listDomains(authority, b, federation)).toEqual([])
    expect(await kinds(ORGANIZATION_B)).toEqual(
      expect.arrayContaining(['domain.created', 'domain.verified', 'domain.deleted']),
    )
  })

  it.each([
    ['without a user claim', { userClaim: '' }, 'identity_provider_attribute_missing'],
    ['by groups without their claim', { groupsClaim: '' }, 'identity_provider_attribute_missing'],
    ['without an audience', { audience: '' }, 'identity_provider_attribute_missing'],
    ['of a name too long', { displayName: 'x'.repeat(51) }, 'identity_provider_attribute_refused'],
    ['over http', { issuerUri: 'http://robots.example.com' }, 'identity_provider_attribute_refused'],
    ['with a query', { issuerUri: 'https://robots.example.com?x' }, 'identity_provider_attribute_refused'],
    [
      'that is one of ours',
      { issuerUri: 'https://b.localhost:8080/x' },
      'identity_provider_attribute_refused',
    ],
    [
      'for programs with a domain',
      { associatedDomains: ['example.com'] },
      'identity_provider_attribute_refused',
    ],
  ] as const)('takes no provider %s', async (_, change, code) => {
    await refused(createIdentityProvider(authority, a, federation, { ...WORKLOAD, ...change }), code)
  })

  it('has identity providers, to which organizations are connected each by itself', async () => {
    const provider = await createIdentityProvider(authority, a, federation, WORKLOAD)
    const { id } = provider
    expect(provider).toMatchObject({ protocol: 'OIDC', idpType: 'WORKLOAD', clientId: null, updatedAt: null })
    await refused(
      createIdentityProvider(authority, a, federation, WORKLOAD),
      'identity_provider_audience_taken',
    )
    const saml = await createSamlProvider(authority, a, federation, SAML)
    await refused(updateIdentityProvider(authority, a, federation, saml.id, {}), 'identity_provider_not_oidc')
    await refused(createSamlProvider(authority, a, federation, SAML), 'identity_provider_attribute_refused')
    await refused(updateSamlProvider(authority, a, federation, id, {}), 'not_found')
    expect(
      await updateIdentityProvider(authority, b, federation, id, {
        displayName: 'machines',
        description: '',
      }),
    ).toMatchObject({ displayName: 'machines', description: null, audience: 'orders' })
    const connect = (actor: Actor, organization: string, ids: readonly string[]) =>
      patchConnectedOrganization(authority, actor, federation, organization, {
        identityProviderId: SAML.oktaIdpId,
        dataAccessIdentityProviderIds: ids,
      })
    await refused(connect(a, ORGANIZATION_A, [saml.id]), 'identity_provider_not_in_federation')
    await refused(connect(a, ORGANIZATION_A, [UNKNOWN]), 'identity_provider_not_in_federation')
    await refused(connect(a, ORGANIZATION_B, [id]), 'permission_denied')
    expect(await connect(a, ORGANIZATION_A, [id])).toMatchObject({ identityProviderId: saml.id })
    await connect(b, ORGANIZATION_B, [id])
    expect((await getIdentityProvider(authority, a, federation, id)).organizations).toHaveLength(2)
    await refused(deleteIdentityProvider(authority, a, federation, id), 'identity_provider_connected')
    await connect(b, ORGANIZATION_B, [])
    await deleteIdentityProvider(authority, a, federation, id)
    expect(await listIdentityProviders(authority, b, federation)).toHaveLength(1)
    const [connected] = await listConnectedOrganizations(authority, b, federation)
    expect(connected).toMatchObject({ identityProviderId: saml.id, dataAccessIdentityProviderIds: [] })
  })

  it('is patched as Atlas has it: what is left out is taken away, or stays', async () => {
    const patch = (change: Parameters<typeof patchConnectedOrganization>[4]) =>
      patchConnectedOrganization(authority, a, federation, ORGANIZATION_A, change)
    const { id } = await createIdentityProvider(authority, a, federation, WORKLOAD)
    const mapping = {
      externalGroupName: 'admins',
      roleAssignments: [{ role: 'ORG_OWNER', orgId: ORGANIZATION_A, groupId: '' }],
    }
    const full = {
      domainRestrictionEnabled: true,
      domainAllowList: ['example.com'],
      dataAccessIdentityProviderIds: [id],
      postAuthRoleGrants: ['ORG_MEMBER'],
      roleMappings: [mapping],
    }
    const before = await patch(full)
    expect(before).toMatchObject({ domainRestrictionEnabled: true, postAuthRoleGrants: ['ORG_MEMBER'] })
    // Read, modify, write, as real clients do.
    expect(await patch(before)).toEqual(before)
    const bare = await patch({})
    expect(bare).toMatchObject({
      domainRestrictionEnabled: false,
      identityProviderId: null,
      dataAccessIdentityProviderIds: [],
      domainAllowList: ['example.com'],
      postAuthRoleGrants: ['ORG_MEMBER'],
    })
    expect(bare.roleMappings).toEqual(before.roleMappings)
    await refused(patch({ roleMappings: [] }), 'connected_organization_without_provider')
    await refused(patch({ postAuthRoleGrants: [] }), 'connected_organization_without_provider')
    await refused(patch({ ...full, postAuthRoleGrants: ['GROUP_OWNER'] }), 'post_auth_role_refused')
    await patch({ ...full, roleMappings: [] })
    expect(await getConnectedOrganization(authority, a, federation, ORGANIZATION_A)).toMatchObject({
      roleMappings: [],
    })
    await refused(getConnectedOrganization(authority, b, federation, ORGANIZATION_A), 'permission_denied')
  })

  it('maps groups to roles of the organization itself', async () => {
    const create = (...roleAssignments: { role: string; orgId?: string; groupId?: string }[]) =>
      createRoleMapping(authority, a, federation, ORGANIZATION_A, {
        externalGroupName: 'ops',
        roleAssignments,
      })
    const owner = { role: 'ORG_OWNER', orgId: ORGANIZATION_A }
    const reader = { role: 'GROUP_READ_ONLY', groupId: UNKNOWN }
    await refused(create(reader), 'role_mapping_without_organization_role')
    await refused(create({ role: 'ORG_OWNER' }), 'role_needs_organization')
    await refused(create({ role: 'ORG_OWNER', orgId: ORGANIZATION_B }), 'role_of_another_organization')
    await refused(create(owner, { role: 'GROUP_OWNER' }), 'role_needs_group')
    await refused(create(owner, { role: 'root' }), 'role_unknown')
    const { id } = await create(owner, reader)
    await refused(create(owner), 'role_mapping_group_taken')
    await refused(
      createRoleMapping(authority, b, federation, ORGANIZATION_A, {
        externalGroupName: 'b',
        roleAssignments: [owner],
      }),
      'permission_denied',
    )
    const replacement = { externalGroupName: 'operators', roleAssignments: [owner] }
    expect(await replaceRoleMapping(authority, a, federation, ORGANIZATION_A, id, replacement)).toEqual({
      id,
      externalGroupName: 'operators',
      roleAssignments: [owner],
    })
    expect(await listRoleMappings(authority, a, federation, ORGANIZATION_A)).toHaveLength(1)
    await deleteRoleMapping(authority, a, federation, ORGANIZATION_A, id)
    await refused(deleteRoleMapping(authority, a, federation, ORGANIZATION_A, id), 'not_found')
    expect(await kinds(ORGANIZATION_B)).not.toContain('role_mapping.created')
  })
})
