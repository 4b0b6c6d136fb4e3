/** What organizations are connected to so that they trust the same identity providers. It has a log of its own. */
export interface Federations {
  /** 24 lower-case hexadecimal characters. */
  id: string
  created_at: number
}

/** An organization that is connected to a federation: to one at most. */
export interface FederationOrganizations {
  federation_id: string
  /** Unique in the installation. */
  organization_id: string
  /** Through which identity provider people come to the user interface; null for none. */
  identity_provider_id: string | null
  /** JSON: the ids of the identity providers whose tokens the organization's clusters accept. */
  data_access_provider_ids: string
  domain_restriction_enabled: number
  /** JSON: an array of domains. */
  domain_allow_list: string
  instant_provisioning_disabled: number
  /** JSON: an array of roles of the organization. */
  post_auth_role_grants: string
  connected_at: number
}

/** A mail domain whose users a federation speaks for. */
export interface FederationDomains {
  federation_id: string
  /** In lower case; unique in the installation. */
  name: string
  status: 'PENDING' | 'VERIFIED'
  created_at: number
  verified_at: number | null
}

/** Which roles the members of a group of an identity provider have in a connected organization. */
export interface RoleMappings {
  federation_id: string
  /** 24 lower-case hexadecimal characters. */
  id: string
  organization_id: string
  external_group_name: string
  /** JSON: an array of `{role, orgId}` and `{role, groupId}`. */
  role_assignments: string
  created_at: number
}
