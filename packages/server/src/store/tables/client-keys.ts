export interface ClientKeys {
  organization_id: string
  application_id: string
  /** `pks…` */
  id: string
  kid: string | null
  /** Null means what `sig` means, and is shown as it came. */
  use: 'sig' | 'enc' | null
  kty: 'RSA' | 'EC' | 'OKP'
  alg: string | null
  crv: string | null
  /** Canonical JSON of the members that the thumbprint covers; never a private one. */
  jwk: string
  /** RFC 7638, SHA-256, base64url. */
  thumbprint: string
  status: 'ACTIVE' | 'INACTIVE'
  /** The order in which the ring's keys were added. */
  place: number
  created_at: number
  updated_at: number
}
