/**
 * What the OpenID library keeps between requests and that is no token: sessions, consents, interactions, codes,
 * device codes, pushed requests, used assertion ids.
 */
export interface OidcRecords {
  organization_id: string
  issuer_id: string
  /** The library's model: `Session`, `Grant`, `AuthorizationCode`, … */
  model: string
  /** Base64url SHA-256 of the id, because the id is what its holder presents. */
  handle: string
  /** Base64url SHA-256 of the code that a person types (device flow). */
  user_code: string | null
  /** A session's public id, the `sid` of its tokens; never the cookie. */
  uid: string | null
  user_id: string | null
  client_id: string | null
  session_id: string | null
  grant_id: string | null
  assertion_key: string | null
  identity_provider: string | null
  incarnation: number
  seq: number
  /** JSON; sealed where it holds what its holder presents (`Session`, `Interaction`). */
  payload: string
  created_at: number
  expires_at: number
  consumed_at: number | null
}
