export interface ClientSecrets {
  organization_id: string
  application_id: string
  /** `ocs…` */
  id: string
  status: 'ACTIVE' | 'INACTIVE'
  /** The value, sealed by the vault: `client_secret_jwt` needs it again. */
  sealed: string
  /** A slow, salted digest by which people tell two secrets apart: 16 bytes in base64url. */
  secret_hash: string
  created_at: number
  updated_at: number
}
