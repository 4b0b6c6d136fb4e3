/** What Atlas's settings of an organization say; no row means the defaults. */
export interface OrganizationSettings {
  organization_id: string
  /** 1 where a credential without an access list may be used from nowhere. */
  access_list_required: number
  /** The most hours that a secret of a service account may live; NULL: what the product allows. */
  secret_hours_limit: number | null
  updated_at: number
}
