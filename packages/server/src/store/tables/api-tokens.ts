export interface ApiTokens {
  organization_id: string
  /** `00T…` */
  id: string
  name: string
  /** SHA-256 of the value, lower-case hexadecimal; unique in the installation. */
  token_hash: string
  /** `SCRAM-SHA-256$…` of the value (RFC 5803); null for tokens that are older than it. */
  scram_verifier: string | null
  /** The owner, whose standing and roles it has when it is used. */
  user_id: string
  created_at: number
  expires_at: number | null
  /** Written late and in batches; null when it was never seen. */
  last_used_at: number | null
  /** The position of the `api_token.created`: a revocation of the owner above it voids the token. */
  incarnation: number
  seq: number
}
