import type { ConnectedOrganization, RoleMapping } from '../../federation/federation.ts'
import type { IdentityProvider } from '../../federation/identity-provider.ts'
import { atlasTime } from './pages.ts'

/** The id by which Atlas names the provider that people sign in through: the older one, where it has one. */
export function signInId(provider: IdentityProvider | undefined): string | null {
  if (provider === undefined) return null
  return provider.protocol === 'SAML' ? provider.saml.oktaIdpId : provider.id
}

/** @param providers those of the federation */
export function connectedShown(organization: ConnectedOrganization, providers: readonly IdentityProvider[]) {
  const signIn = providers.find(({ id }) => id === organization.identityProviderId)
  return {
    dataAccessIdentityProviderIds: organization.dataAccessIdentityProviderIds,
    domainAllowList: organization.domainAllowList,
    domainRestrictionEnabled: organization.domainRestrictionEnabled,
    identityProviderId: signInId(signIn),
    instantUserProvisioningDisabled: organization.instantUserProvisioningDisabled,
    orgId: organization.organizationId,
    postAuthRoleGrants: organization.postAuthRoleGrants,
    roleMappings: organization.roleMappings.map(roleMappingShown),
    userConflicts: null,
  }
}

export function roleMappingShown({ id, externalGroupName, roleAssignments }: RoleMapping) {
  return {
    externalGroupName,
    id,
    roleAssignments,
  }
}

/** A provider as recorded: WORKLOAD has no domains, client or scopes, not even as null. */
export function providerShown(
  provider: IdentityProvider,
  organizations: readonly ConnectedOrganization[],
  providers: readonly IdentityProvider[],
) {
  const { id, displayName, description, idpType, issuerUri, protocol } = provider
  const common = {
    associatedOrgs: organizations.map((one) => connectedShown(one, providers)),
    createdAt: atlasTime(provider.createdAt),
    description,
    displayName,
    id,
    idpType,
    issuerUri,
    protocol,
    updatedAt: provider.updatedAt === null ? null : atlasTime(provider.updatedAt),
  }
  const { associatedDomains } = provider
  if (provider.protocol === 'SAML') return { ...common, ...provider.saml, associatedDomains }
  const { audience, authorizationType, groupsClaim, userClaim } = provider
  const oidc = { ...common, audience, authorizationType, groupsClaim, userClaim, oktaIdpId: null }
  if (idpType === 'WORKLOAD') return oidc
  const { clientId, requestedScopes } = provider
  return { ...oidc, associatedDomains, clientId, requestedScopes }
}

/** What a SAML identity provider has to know of the service, as an XML document (SAML metadata 2.0). */
export function metadataShown({
  acsUrl,
  audienceUri,
}: {
  readonly acsUrl: string
  readonly audienceUri: string
}): string {
  return `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="${escaped(audienceUri)}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${escaped(acsUrl)}"/></md:SPSSODescriptor></md:EntityDescriptor>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
