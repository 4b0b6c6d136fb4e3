/** The ledger: one row for every token that was issued. A row says what was issued, never whether it is good. */
export interface Tokens {
  organization_id: string
  /** The `jti`: what a revocation and a reader name the token by. Not a secret. */
  id: string
  kind: 'access' | 'refresh'
  format: 'jwt' | 'encrypted' | 'opaque'
  /**
   * Base64url SHA-256 of what its holder presents: the value of an opaque token, the `rid` in the header of an
   * encrypted one. NULL for a JWT, which says its `jti` itself.
   */
  handle: string | null
  issuer_id: string
  client_id: string
  user_id: string | null
  /** The audience, by the API's identifier; NULL for a token that is good only at userinfo. */
  api: string | null
  /** Space-separated. */
  scopes: string
  /** The refresh-token family that it belongs to; NULL for an access token issued without a refresh token. */
  grant_id: string | null
  /** Handle of the code or device code that it was exchanged for: what a code used twice takes back. */
  origin: string | null
  session_id: string | null
  /** RFC 7638 thumbprint of the key that signed it; NULL for what is not signed. */
  signing_key: string | null
  /** RFC 7638 thumbprint of the client's key whose assertion obtained it. */
  assertion_key: string | null
  /** The identity provider that the sign-in behind it came from. */
  identity_provider: string | null
  /** The position, in the organization's log, of the knowledge on which its right to exist was judged. */
  incarnation: number
  seq: number
  issued_at: number
  expires_at: number
  /** When a refresh token was exchanged for its successor. */
  consumed_at: number | null
  last_used_at: number | null
  ip: string | null
  user_agent: string | null
  /** JSON: what the OpenID library keeps with a token besides. */
  details: string
}
