import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { disconnectOrganization } from '../../federation/connect-organization.ts'
import {
  getConnectedOrganization,
  listConnectedOrganizations,
  patchConnectedOrganization,
} from '../../federation/connected-organizations.ts'
import { deleteFederation, federationOfActor } from '../../federation/federations.ts'
import type { IdentityProvider } from '../../federation/identity-provider.ts'
import { listIdentityProviders } from '../../federation/identity-providers.ts'
import { ConnectedOrganizationBody } from './federation-bodies.ts'
import { connectedShown, signInId } from './federation-shown.ts'
import { pageOf } from './pages.ts'
import { inOrganization, inOwnOrganization } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

const versions = ['2023-01-01'] as const
const ofUser = { versions, limit: RATE_GROUPS.identityProviders } as const
const ofOrganization = { versions, limit: RATE_GROUPS.federatedOrganization } as const
const SETTINGS = '/federationSettings/{federationSettingsId}'
const CONNECTED = `${SETTINGS}/connectedOrgConfigs` as const
const ONE = `${CONNECTED}/{orgId}` as const

/** The federation of an organization, and the organizations that are connected to it. */
export const federationSettings: AtlasResource = (atlas, authority) => {
  atlas.route('GET /orgs/{orgId}/federationSettings', {
    ...ofOrganization,
    permission: inOrganization('owner'),
    run: ({ actor }) => settingsOf(authority, actor),
    answer: ({ federation, own, signIn }) => ({
      federatedDomains: federation.domains.flatMap(({ name, status }) =>
        status === 'VERIFIED' ? [name] : [],
      ),
      hasRoleMappings: own.roleMappings.length > 0,
      id: federation.id,
      identityProviderId: signInId(signIn),
      identityProviderStatus: statusOf(signIn),
    }),
  })

  atlas.route(`DELETE ${SETTINGS}`, {
    ...ofUser,
    permission: inOwnOrganization('owner'),
    run: ({ actor, params: { federationSettingsId: id = '' } }) => deleteFederation(authority, actor, id),
    status: 204,
  })

  atlas.route(`GET ${CONNECTED}`, {
    ...ofUser,
    permission: inOwnOrganization('owner'),
    async run({ actor, params: { federationSettingsId: id = '' } }) {
      return {
        organizations: await listConnectedOrganizations(authority, actor, id),
        providers: await providersOf(authority, actor, id),
      }
    },
    answer: ({ organizations, providers }, call) =>
      pageOf(call, organizations, (one) => connectedShown(one, providers)),
  })

  atlas.route(`GET ${ONE}`, {
    ...ofOrganization,
    permission: inOwnOrganization('owner'),
    async run({ actor, params: { federationSettingsId: id = '', orgId = '' } }) {
      return {
        organization: await getConnectedOrganization(authority, actor, id, orgId),
        providers: await providersOf(authority, actor, id),
      }
    },
    answer: ({ organization, providers }) => connectedShown(organization, providers),
  })

  atlas.route(`PATCH ${ONE}`, {
    ...ofOrganization,
    permission: inOwnOrganization('owner'),
    body: ConnectedOrganizationBody,
    async run({ actor, params: { federationSettingsId: id = '', orgId = '' }, body }) {
      const patch = {
        domainRestrictionEnabled: body.domainRestrictionEnabled ?? undefined,
        identityProviderId: body.identityProviderId,
        dataAccessIdentityProviderIds: body.dataAccessIdentityProviderIds ?? undefined,
        domainAllowList: body.domainAllowList ?? undefined,
        instantUserProvisioningDisabled: body.instantUserProvisioningDisabled,
        postAuthRoleGrants: body.postAuthRoleGrants ?? undefined,
        roleMappings: body.roleMappings ?? undefined,
      }
      return {
        organization: await patchConnectedOrganization(authority, actor, id, orgId, patch),
        providers: await providersOf(authority, actor, id),
      }
    },
    answer: ({ organization, providers }) => connectedShown(organization, providers),
  })

  atlas.route(`DELETE ${ONE}`, {
    ...ofOrganization,
    permission: inOwnOrganization('owner'),
    run: ({ actor, params: { federationSettingsId: id = '', orgId = '' } }) =>
      disconnectOrganization(authority, actor, id, orgId),
    status: 204,
  })
}

async function settingsOf(authority: Authority, actor: Actor) {
  const federation = await federationOfActor(authority, actor)
  if (federation === undefined)
    throw new DomainError('not_found', { type: 'federation_of', id: actor.organizationId })
  const own = await getConnectedOrganization(authority, actor, federation.id, actor.organizationId)
  const providers = await providersOf(authority, actor, federation.id)
  return { federation, own, signIn: providers.find(({ id }) => id === own.identityProviderId) }
}

async function providersOf(
  authority: Authority,
  actor: Actor,
  federationId: string,
): Promise<readonly IdentityProvider[]> {
  return (await listIdentityProviders(authority, actor, federationId)).map(({ provider }) => provider)
}

function statusOf(signIn: IdentityProvider | undefined): 'ACTIVE' | 'INACTIVE' {
  if (signIn === undefined) return 'INACTIVE'
  return signIn.protocol === 'SAML' ? signIn.saml.status : 'ACTIVE'
}
