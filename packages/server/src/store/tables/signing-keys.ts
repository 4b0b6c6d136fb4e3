/** One ring of signing keys per issuer: an authorization server, or an organization for its own one. */
export interface SigningRings {
  issuer_id: string
  organization_id: string
  /** Moved by every change of the ring; a change that finds another version than it judged writes nothing. */
  version: number
  algorithm: 'RS256' | 'ES256' | 'EdDSA'
  rotation_mode: 'AUTO' | 'MANUAL'
  /** When an operator's rotation takes place that had to wait until verifiers know the next key; else null. */
  rotate_at: number | null
}

/** Every signing key there ever was: the row outlives the key, so that its kid is never used again. */
export interface SigningKeys {
  /** The RFC 7638 thumbprint. */
  kid: string
  organization_id: string
  issuer_id: string
  status: 'NEXT' | 'ACTIVE' | 'EXPIRED' | 'REVOKED'
  algorithm: 'RS256' | 'ES256' | 'EdDSA'
  /** JSON: the members that make the key (RFC 7638), nothing else. */
  public_jwk: string
  /** The private JWK under the master key; null once it will never sign again. */
  sealed_private: string | null
  published_at: number
  activated_at: number | null
  retired_at: number | null
  revoked_at: number | null
  retain_until: number | null
  withdrawn_at: number | null
  /** Positions (`seq`) of the entries between which its signatures count. */
  active_from: number | null
  active_until: number | null
}
