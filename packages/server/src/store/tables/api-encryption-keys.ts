/** Public keys to which an authorization server encrypts its access tokens (Okta: resource-server keys). */
export interface ApiEncryptionKeys {
  /** `apk…`. */
  id: string
  organization_id: string
  authorization_server_id: string
  kid: string | null
  status: 'ACTIVE' | 'INACTIVE'
  thumbprint: string
  /** JSON: the members that make the key (RFC 7638), nothing else. */
  jwk: string
  /** Position (`seq`) of the entry that recorded its addition: the order of the ring. */
  added_seq: number
  created_at: number
  updated_at: number
}
