import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../errors/index.ts'
import type { FederationDomains, FederationOrganizations, RoleMappings } from '../store/tables/federations.ts'

/** What organizations are connected to so that they trust the same identity providers. */
export interface Federation {
  /** 24 lower-case hexadecimal characters; the id of its log too. */
  readonly id: string
  readonly createdAt: number
  readonly domains: readonly FederationDomain[]
  /** The connected organizations, in order of id. */
  readonly organizationIds: readonly string[]
}

/** A mail domain. Only a verified one can be associated with an identity provider. */
export interface FederationDomain {
  readonly name: string
  readonly status: 'PENDING' | 'VERIFIED'
  readonly createdAt: number
  readonly verifiedAt: number | null
}

/** A role in an organization, or in one of its groups. */
export type RoleAssignment =
  | { readonly role: string; readonly orgId: string }
  | { readonly role: string; readonly groupId: string }

/** Which roles the members of an identity provider's group have in a connected organization. */
export interface RoleMapping {
  readonly id: string
  readonly externalGroupName: string
  readonly roleAssignments: readonly RoleAssignment[]
}

/** How an organization is connected to its federation. */
export interface ConnectedOrganization {
  readonly organizationId: string
  /** Our id of the provider through which people come to the user interface; Atlas shows its legacy id. */
  readonly identityProviderId: string | null
  /** The providers whose tokens the organization's clusters accept. */
  readonly dataAccessIdentityProviderIds: readonly string[]
  readonly domainRestrictionEnabled: boolean
  readonly domainAllowList: readonly string[]
  readonly instantUserProvisioningDisabled: boolean
  readonly postAuthRoleGrants: readonly string[]
  readonly roleMappings: readonly RoleMapping[]
  readonly connectedAt: number
}

const texts = Compile(Type.Array(Type.String()))
const assignments = Compile(
  Type.Array(
    Type.Union([
      Type.Object({ role: Type.String(), orgId: Type.String() }),
      Type.Object({ role: Type.String(), groupId: Type.String() }),
    ]),
  ),
)

/** The text columns that hold lists of strings. */
export function readTexts(json: string): readonly string[] {
  return texts.Parse(JSON.parse(json))
}

export function readDomain(row: FederationDomains): FederationDomain {
  return { name: row.name, status: row.status, createdAt: row.created_at, verifiedAt: row.verified_at }
}

export function readRoleMapping(row: Omit<RoleMappings, 'federation_id'>): RoleMapping {
  return {
    id: row.id,
    externalGroupName: row.external_group_name,
    roleAssignments: assignments.Parse(JSON.parse(row.role_assignments)),
  }
}

export function readConnectedOrganization(
  row: Omit<FederationOrganizations, 'federation_id'>,
  mappings: readonly RoleMappings[],
): ConnectedOrganization {
  return {
    organizationId: row.organization_id,
    identityProviderId: row.identity_provider_id,
    dataAccessIdentityProviderIds: readTexts(row.data_access_provider_ids),
    domainRestrictionEnabled: row.domain_restriction_enabled === 1,
    domainAllowList: readTexts(row.domain_allow_list),
    instantUserProvisioningDisabled: row.instant_provisioning_disabled === 1,
    postAuthRoleGrants: readTexts(row.post_auth_role_grants),
    roleMappings: mappings
      .filter((mapping) => mapping.organization_id === row.organization_id)
      .map(readRoleMapping),
    connectedAt: row.connected_at,
  }
}

/** Whether an organization is connected to an identity provider, in either way. */
export function isConnectedTo(
  row: Pick<FederationOrganizations, 'identity_provider_id' | 'data_access_provider_ids'>,
  providerId: string,
): boolean {
  return (
    row.identity_provider_id === providerId || readTexts(row.data_access_provider_ids).includes(providerId)
  )
}

export function federationNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'federation', id })
}
