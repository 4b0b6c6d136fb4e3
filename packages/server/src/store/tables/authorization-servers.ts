/** Custom authorization servers. The organization's own one has no row: it is there as long as the organization. */
export interface AuthorizationServers {
  /** `aus…`, or `default` in the organization `default`; unique in the installation. */
  id: string
  organization_id: string
  name: string
  description: string
  /** JSON: an array of strings. */
  audiences: string
  /** Name and audiences in lower case, one a line: what a search looks through. */
  folded: string
  issuer_mode: 'ORG_URL' | 'CUSTOM_URL' | 'DYNAMIC'
  status: 'ACTIVE' | 'INACTIVE'
  /** Key-management algorithm of encrypted access tokens; null means that they are not encrypted. */
  encryption_alg: string | null
  /** Where the resource server publishes its encryption keys; null means that they are in `api_encryption_keys`. */
  jwks_uri: string | null
  created_at: number
  updated_at: number
}

export interface Scopes {
  id: string
  organization_id: string
  authorization_server_id: string
  name: string
  display_name: string | null
  description: string
  consent: 'REQUIRED' | 'IMPLICIT' | 'FLEXIBLE'
  metadata_publish: 'ALL_CLIENTS' | 'NO_CLIENTS'
  /** 1 where a token request that names no scope gets it. */
  is_default: number
  optional: number
  /** 1 for the scopes of OpenID Connect, which come with the authorization server. */
  is_system: number
  created_at: number
  updated_at: number
}
