import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import {
  findFederationOrganization,
  listFederationOrganizations,
  updateFederationOrganization,
} from '../store/queries/federations.ts'
import { listIdentityProviders } from '../store/queries/identity-providers.ts'
import {
  deleteRoleMapping,
  insertRoleMapping,
  listRoleMappings,
  updateRoleMapping,
} from '../store/queries/role-mappings.ts'
import { type ConnectedOrganization, readConnectedOrganization } from './federation.ts'
import { type IdentityProvider, readProvider } from './identity-provider.ts'
import { announce, readAsMember, requireOwn, writeAsMember } from './members.ts'
import type { RoleMappingSettings } from './role-mappings.ts'
import { judgeAssignments, judgePostAuthRoles } from './roles.ts'
import { tellConnections, tellTerms } from './trust.ts'

/**
 * A change of how an organization is connected, as Atlas has it: no merge patch. What is left out of the first three
 * is taken away; what is left out of the others stays.
 */
export interface ConnectedOrganizationPatch {
  /** False where it is left out. */
  readonly domainRestrictionEnabled?: boolean | undefined
  /** Our id of a provider, or a SAML provider's legacy id. Where it is left out, or null, none is connected. */
  readonly identityProviderId?: string | null | undefined
  /** Those that are missing from it are disconnected: all of them, where it is left out. */
  readonly dataAccessIdentityProviderIds?: readonly string[] | undefined
  readonly domainAllowList?: readonly string[] | undefined
  readonly instantUserProvisioningDisabled?: boolean | null | undefined
  readonly postAuthRoleGrants?: readonly string[] | undefined
  /** All mappings of the organization; one that names its group keeps its id. */
  readonly roleMappings?: readonly RoleMappingSettings[] | undefined
}

/** In order of id: everybody in a federation sees who else is. @throws DomainError `not_found` */
export function listConnectedOrganizations(
  authority: Authority,
  actor: Actor,
  federationId: string,
): Promise<readonly ConnectedOrganization[]> {
  return readAsMember(authority, actor, federationId, async (tx) => {
    const mappings = await listRoleMappings(tx)
    return (await listFederationOrganizations(tx)).map((row) => readConnectedOrganization(row, mappings))
  })
}

/** @throws DomainError `not_found`, `permission_denied` for another organization's */
export function getConnectedOrganization(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
): Promise<ConnectedOrganization> {
  return readAsMember(authority, actor, federationId, async (tx) => {
    const connected = await connectedOrganization(tx, organizationId)
    requireOwn(actor, organizationId)
    return connected
  })
}

/**
 * Changes how an organization is connected. Its clusters trust the providers that it is newly connected to from then
 * on, and no more those that it is not connected to any longer.
 *
 * @throws DomainError `not_found`, `permission_denied`, `identity_provider_not_in_federation`,
 *   `connected_organization_without_provider`, `post_auth_role_refused`, and what a role mapping is refused with
 */
export function patchConnectedOrganization(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
  patch: ConnectedOrganizationPatch,
): Promise<ConnectedOrganization> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const before = await connectedOrganization(tx, organizationId)
    requireOwn(actor, organizationId)
    const providers = (await listIdentityProviders(tx)).map(readProvider)
    const after = {
      domainRestrictionEnabled: patch.domainRestrictionEnabled ?? false,
      identityProviderId: signInProvider(providers, patch.identityProviderId),
      dataAccessIdentityProviderIds: dataProviders(providers, patch.dataAccessIdentityProviderIds ?? []),
      domainAllowList: [...new Set(patch.domainAllowList ?? before.domainAllowList)],
      instantUserProvisioningDisabled:
        patch.instantUserProvisioningDisabled ?? before.instantUserProvisioningDisabled,
      postAuthRoleGrants: judgePostAuthRoles(patch.postAuthRoleGrants ?? before.postAuthRoleGrants),
    }
    const mappings = patch.roleMappings && (await changedMappings(tx, organizationId, patch.roleMappings))
    const hasProvider = after.identityProviderId !== null || after.dataAccessIdentityProviderIds.length > 0
    const changesRoles =
      !sameTexts(after.postAuthRoleGrants, before.postAuthRoleGrants) || (mappings?.hasChanges ?? false)
    if (!hasProvider && changesRoles) throw new DomainError('connected_organization_without_provider')
    await updateFederationOrganization(tx, organizationId, {
      domain_restriction_enabled: after.domainRestrictionEnabled ? 1 : 0,
      identity_provider_id: after.identityProviderId,
      data_access_provider_ids: JSON.stringify(after.dataAccessIdentityProviderIds),
      domain_allow_list: JSON.stringify(after.domainAllowList),
      instant_provisioning_disabled: after.instantUserProvisioningDisabled ? 1 : 0,
      post_auth_role_grants: JSON.stringify(after.postAuthRoleGrants),
    })
    await mappings?.apply(authority.clock.now())
    const content = {
      kind: 'federation_organization.updated',
      subject: { organization: organizationId },
      actor: entryActor(actor),
      data: {
        domainRestrictionEnabled: after.domainRestrictionEnabled,
        domainRestrictionChanged: after.domainRestrictionEnabled !== before.domainRestrictionEnabled,
        identityProviderId: after.identityProviderId,
        dataAccessIdentityProviderIds: after.dataAccessIdentityProviderIds,
        postAuthRoleGrants: after.postAuthRoleGrants,
      },
    } as const
    await announce(tx, content, authority.clock.now(), [organizationId])
    await tellConnections(authority, tx, actor, organizationId, before, after)
    const kept = after.dataAccessIdentityProviderIds.filter((id) =>
      before.dataAccessIdentityProviderIds.includes(id),
    )
    if (mappings?.hasChanges)
      await tellTerms(authority, tx, actor, organizationId, { dataAccessIdentityProviderIds: kept })
    return connectedOrganization(tx, organizationId)
  })
}

async function connectedOrganization(tx: ReadTx, organizationId: string): Promise<ConnectedOrganization> {
  const row = await findFederationOrganization(tx, organizationId)
  if (row === undefined) throw new DomainError('not_found', { type: 'organization', id: organizationId })
  return readConnectedOrganization(row, await listRoleMappings(tx, organizationId))
}

/** People sign in through a WORKFORCE provider. */
function signInProvider(
  providers: readonly IdentityProvider[],
  asked: string | null | undefined,
): string | null {
  if (asked === undefined || asked === null || asked === '') return null
  const provider = providers.find(
    (one) => one.id === asked || (one.protocol === 'SAML' && one.saml.oktaIdpId === asked),
  )
  if (provider?.idpType !== 'WORKFORCE') throw notInFederation(asked)
  return provider.id
}

/** Clusters take tokens of OpenID Connect providers. */
function dataProviders(providers: readonly IdentityProvider[], asked: readonly string[]): readonly string[] {
  const wanted = new Set(asked)
  for (const id of wanted)
    if (!providers.some((one) => one.id === id && one.protocol === 'OIDC')) throw notInFederation(id)
  return [...wanted]
}

function notInFederation(id: string): DomainError {
  return new DomainError('identity_provider_not_in_federation', { id })
}

interface MappingChanges {
  readonly hasChanges: boolean
  apply(at: number): Promise<void>
}

/** What turns the mappings of an organization into those that are asked for. */
async function changedMappings(
  tx: WriteTx,
  organizationId: string,
  asked: readonly RoleMappingSettings[],
): Promise<MappingChanges> {
  const wanted = new Map<string, string>()
  for (const { externalGroupName, roleAssignments } of asked) {
    if (wanted.has(externalGroupName))
      throw new DomainError('role_mapping_group_taken', { group: externalGroupName })
    wanted.set(externalGroupName, JSON.stringify(judgeAssignments(organizationId, roleAssignments)))
  }
  const rows = await listRoleMappings(tx, organizationId)
  const gone = rows.filter((row) => !wanted.has(row.external_group_name))
  const known = new Map(rows.map((row) => [row.external_group_name, row]))
  const changed = [...wanted].filter(
    ([group, assignments]) => known.get(group)?.role_assignments !== assignments,
  )
  return {
    hasChanges: gone.length + changed.length > 0,
    async apply(at) {
      for (const row of gone) await deleteRoleMapping(tx, organizationId, row.id)
      for (const [group, assignments] of changed) {
        const row = known.get(group)
        const columns = { external_group_name: group, role_assignments: assignments }
        if (row !== undefined) await updateRoleMapping(tx, organizationId, row.id, columns)
        else
          await insertRoleMapping(tx, {
            ...columns,
            id: newObjectId(),
            organization_id: organizationId,
            created_at: at,
          })
      }
    },
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text) => b.includes(text))
}
