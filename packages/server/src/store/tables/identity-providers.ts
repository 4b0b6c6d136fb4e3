/** An identity provider of a federation. */
export interface IdentityProviders {
  federation_id: string
  /** 24 lower-case hexadecimal characters, unique in the installation. */
  id: string
  protocol: 'OIDC' | 'SAML'
  idp_type: 'WORKFORCE' | 'WORKLOAD'
  display_name: string
  description: string | null
  issuer_uri: string
  /** Null for SAML, as the other claims of OIDC are. */
  audience: string | null
  authorization_type: 'GROUP' | 'USER' | null
  user_claim: string | null
  groups_claim: string | null
  client_id: string | null
  /** Sealed; null for a public client. */
  client_secret: string | null
  /** JSON arrays. */
  requested_scopes: string
  associated_domains: string
  /** JSON: what only a SAML provider has, its legacy id among it; null for OIDC. */
  saml: string | null
  created_at: number
  /** Null until the first update. */
  updated_at: number | null
}

/**
 * What is known of the keys that an issuer publishes: one row for all identity providers of a federation that have
 * this issuer, and for the whole fleet. Times are milliseconds since the epoch.
 */
export interface ProviderKeySets {
  federation_id: string
  issuer: string
  /** Rises with every revocation: a fetch that was begun under an earlier one is discarded. */
  epoch: number
  /** 1 where a fetch has succeeded in this epoch; 0 where nothing is trusted until one does. */
  is_trusted: number
  /** Everything that the issuer signed up to here is void; null where its keys were never revoked. */
  not_after: number | null
  revoked_at: number | null
  /** While a node fetches, until when the others leave it to that one. */
  fetching_until: number
  fetch_started_at: number | null
  fetched_at: number | null
  succeeded_at: number | null
  changed_at: number | null
  /** `ok`, `unchanged`, or why the last fetch failed. */
  outcome: string
  failures: number
  next_fetch_at: number
  /** When a kid that was not known last brought a fetch forward. */
  asked_at: number | null
  jwks_uri: string | null
  etag: string | null
  /** JSON: what was left out of the last set, and why. */
  alarms: string
}

/** A key that an issuer has published, as long as there is a use in knowing it. */
export interface ProviderKeys {
  federation_id: string
  issuer: string
  /** RFC 7638, SHA-256, base64url. */
  thumbprint: string
  kid: string | null
  /** JSON: the public JWK. */
  jwk: string
  /** 1 where it was in the last good set. */
  is_published: number
  /** 1 where it was known when the keys were revoked: once it is gone, it is blocked for ever. */
  is_suspect: number
  first_seen_at: number
  last_seen_at: number
  blocked_at: number | null
}
