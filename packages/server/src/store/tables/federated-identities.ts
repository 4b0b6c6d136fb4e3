/** Who somebody is at an identity provider, and which user of the organization that is. */
export interface FederatedIdentities {
  organization_id: string
  issuer: string
  /** The value of the provider's user claim. */
  subject: string
  user_id: string
  created_at: number
}
