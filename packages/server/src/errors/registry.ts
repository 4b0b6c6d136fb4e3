/** What a dialect needs to know of a code that it has no words of its own for. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'limited'
  | 'unavailable'
  | 'internal'

interface Registered {
  readonly kind: ErrorKind
  /** One sentence for the server's own log and for documentation. */
  readonly log: string
}

/**
 * Every refusal of the product, once. Codes are stable: one that is retired stays reserved and is never reused.
 * Each aggregate has its own section; `docs/errors.md` lists them and a test compares the two.
 */
export const REGISTRY = {
  // Every interface
  not_found: { kind: 'not_found', log: 'The object does not exist in this organization.' },
  invalid_request: { kind: 'invalid', log: 'The request does not fit the schema of the operation.' },
  invalid_json: { kind: 'invalid', log: 'The request body is not well-formed JSON.' },
  credentials_missing: { kind: 'unauthenticated', log: 'The request carries no credential.' },
  credentials_invalid: { kind: 'unauthenticated', log: 'The credential is unknown, expired or revoked.' },
  request_forged: {
    kind: 'forbidden',
    log: 'A change that a browser sent with a cookie does not prove to come from the console.',
  },
  permission_denied: { kind: 'forbidden', log: 'The caller lacks the role or scope for the operation.' },
  rate_limited: { kind: 'limited', log: 'The caller exceeded a rate limit.' },
  store_unavailable: { kind: 'unavailable', log: 'The database refused or did not answer in time.' },
  outcome_unknown: {
    kind: 'unavailable',
    log: 'The database connection was lost at COMMIT and the outcome cannot be read.',
  },
  internal: { kind: 'internal', log: 'Unexpected failure.' },

  // Organizations and their credentials
  organization_subdomain_taken: { kind: 'conflict', log: 'Another organization has the subdomain.' },
  organization_host_mismatch: {
    kind: 'unauthenticated',
    log: 'The host name belongs to another organization than the credential.',
  },
  digest_key_taken: { kind: 'conflict', log: 'The public key exists in this installation.' },
  service_account_taken: { kind: 'conflict', log: 'The client id exists in this installation.' },
  credential_limit_reached: {
    kind: 'conflict',
    log: 'The organization has the most credentials of the kind that it may have.',
  },
  secret_limit_reached: {
    kind: 'conflict',
    log: 'The service account has the most secrets that it may have.',
  },
  secret_lifetime_refused: { kind: 'invalid', log: 'A secret lives longer than the organization allows.' },
  service_token_limit_reached: {
    kind: 'forbidden',
    log: 'The service account has the most access tokens that it may have at once.',
  },
  network_invalid: { kind: 'invalid', log: 'Neither an address nor a network.' },
  network_not_allowed: {
    kind: 'forbidden',
    log: "The caller's address is not on the access list of the credential.",
  },
  access_list_full: { kind: 'conflict', log: 'The access list has the most entries that it may have.' },
  access_list_own_address: {
    kind: 'conflict',
    log: 'The entry of an access list that lets the caller in stays.',
  },
  // Groups
  group_name_taken: { kind: 'conflict', log: 'The organization has a group of this name.' },
  group_limit_reached: { kind: 'conflict', log: 'The organization has the most groups that it may have.' },
  // Applications
  invalid_client_metadata: { kind: 'invalid', log: 'The settings of a client break a rule.' },
  invalid_redirect_uri: {
    kind: 'invalid',
    log: 'A redirect address of a client is missing or not acceptable.',
  },
  client_id_taken: { kind: 'conflict', log: 'The organization has a client of this client id.' },
  application_active: { kind: 'conflict', log: 'An application is deactivated before it is deleted.' },

  // Management scopes of applications
  app_grant_issuer_unknown: {
    kind: 'invalid',
    log: "Management scopes are of the organization's own authorization server.",
  },
  app_grant_scope_unknown: { kind: 'invalid', log: 'There is no management scope of this name.' },

  // Client secrets
  client_secret_not_used: {
    kind: 'invalid',
    log: 'The client authenticates in another way than by a secret.',
  },
  client_secret_too_short: { kind: 'invalid', log: 'The client secret is too short for its use.' },
  client_secret_too_long: { kind: 'invalid', log: 'The client secret is too long.' },
  client_secret_not_ascii: {
    kind: 'invalid',
    log: 'The client secret has characters that are not printable ASCII.',
  },
  client_secret_changed_elsewhere: {
    kind: 'invalid',
    log: 'A client secret is changed by adding another one, not through the application.',
  },
  client_secret_limit_reached: { kind: 'conflict', log: 'The client has the most secrets that it may have.' },
  client_secret_only_active: { kind: 'conflict', log: 'The only active secret of a client stays active.' },
  client_secret_active: { kind: 'conflict', log: 'A client secret is deactivated before it is deleted.' },

  // Keys of clients
  client_keys_elsewhere: { kind: 'conflict', log: 'The client publishes its keys at its jwks_uri.' },
  client_key_private: {
    kind: 'invalid',
    log: 'Private members of a key were submitted; the key is blocked.',
  },
  client_key_refused: { kind: 'invalid', log: 'The key fails the policy for public keys.' },
  client_key_too_short: { kind: 'invalid', log: 'The RSA modulus is shorter than 2048 bits.' },
  client_key_use_refused: { kind: 'invalid', log: 'Encryption keys of clients are RSA keys.' },
  client_key_blocked: {
    kind: 'conflict',
    log: 'The key was revoked and is never trusted again, under any kid.',
  },
  client_key_limit_reached: { kind: 'conflict', log: 'The client has the most keys that it may have.' },
  client_key_kid_required: { kind: 'conflict', log: 'A key may go without a kid only while it is alone.' },
  client_key_kid_duplicate: { kind: 'conflict', log: 'Another key of the client has this kid.' },
  client_key_second_active_encryption: {
    kind: 'conflict',
    log: 'A client has at most one active encryption key.',
  },
  client_key_only_active: {
    kind: 'conflict',
    log: 'The only active signing key stays active while the client authenticates by private_key_jwt.',
  },
  client_key_signs_requests: {
    kind: 'conflict',
    log: 'An active key that fits request_object_signing_alg must remain.',
  },
  client_key_encrypts_tokens: {
    kind: 'conflict',
    log: 'The active encryption key stays active while ID tokens are encrypted.',
  },
  client_key_active: { kind: 'conflict', log: 'A key is deactivated before it is deleted.' },

  // Authorization servers and scopes
  authorization_server_id_taken: {
    kind: 'conflict',
    log: 'The id is taken, or is `default` outside the organization `default`.',
  },
  authorization_server_keys_twice: {
    kind: 'invalid',
    log: 'Encryption keys are given either as jwks or as jwks_uri.',
  },
  authorization_server_jwks_uri_refused: {
    kind: 'invalid',
    log: 'A jwks_uri is an absolute https URL without credentials and fragment.',
  },
  scope_name_taken: { kind: 'conflict', log: 'The authorization server has a scope of this name.' },
  scope_is_system: {
    kind: 'conflict',
    log: 'A scope that came with the authorization server stays as it is.',
  },

  // Encryption keys of an authorization server (of its APIs)
  api_key_private: {
    kind: 'invalid',
    log: 'Private members of a key were submitted; the key is blocked.',
  },
  api_key_refused: { kind: 'invalid', log: 'The key fails the policy for public keys.' },
  api_key_too_short: { kind: 'invalid', log: 'The RSA modulus is shorter than 2048 bits.' },
  api_key_not_rsa: { kind: 'invalid', log: 'Encryption keys of APIs are RSA keys.' },
  api_key_blocked: {
    kind: 'conflict',
    log: 'The key was revoked and is never trusted again, under any kid.',
  },
  api_key_limit_reached: { kind: 'conflict', log: 'The ring has the most keys that it may have.' },
  api_key_kid_not_unique: {
    kind: 'conflict',
    log: 'Another key has this kid, or keys without a kid are not alone.',
  },
  api_key_added_active: { kind: 'invalid', log: 'A key is added INACTIVE and activated afterwards.' },
  api_key_second_active: { kind: 'conflict', log: 'At most one encryption key is active.' },
  api_key_encrypts_tokens: {
    kind: 'conflict',
    log: 'The active key stays active while access tokens are encrypted.',
  },
  api_key_active: { kind: 'conflict', log: 'A key is deactivated before it is deleted.' },
  api_keys_elsewhere: { kind: 'conflict', log: 'The API publishes its keys at its jwks_uri.' },

  // Signing keys
  signing_key_supply: { kind: 'internal', log: 'A fresh signing key was refused by its own ring.' },

  // APIs
  api_identifier_taken: { kind: 'conflict', log: 'The organization has an API of this identifier.' },

  // Users and their roles
  user_login_taken: { kind: 'conflict', log: 'The organization has a user of this login.' },
  user_status_forbids: { kind: 'conflict', log: 'The operation does not fit the status of the user.' },
  user_is_last_administrator: {
    kind: 'conflict',
    log: 'The last administrator of an organization keeps the role and stays enabled.',
  },
  role_granted: { kind: 'conflict', log: 'The user has the role already.' },
  user_search_invalid: { kind: 'invalid', log: 'The search expression does not follow the grammar.' },
  password_refused: { kind: 'invalid', log: 'The password does not meet the requirements.' },
  password_incorrect: { kind: 'forbidden', log: 'The old password is not correct.' },

  // API tokens
  api_token_taken: {
    kind: 'conflict',
    log: 'The value of an imported API token exists in this installation.',
  },
  api_token_without_owner: { kind: 'forbidden', log: 'An API token acts for the user who makes it.' },

  // Federations
  organization_in_federation: {
    kind: 'conflict',
    log: 'The organization is connected to a federation; it can be connected to one only.',
  },
  federation_last_organization: {
    kind: 'conflict',
    log: 'The only connected organization of a federation stays connected; delete the federation.',
  },
  federation_has_organizations: {
    kind: 'conflict',
    log: 'A federation is deleted once a single organization is connected to it.',
  },
  connected_organization_without_provider: {
    kind: 'invalid',
    log: 'Without an identity provider, role mappings and roles granted at sign-in cannot be changed.',
  },
  post_auth_role_refused: {
    kind: 'invalid',
    log: 'Roles that are granted at sign-in are roles of the organization.',
  },
  federation_domain_taken: { kind: 'conflict', log: 'A federation has this domain already.' },
  federation_domain_invalid: { kind: 'invalid', log: 'A domain is a host name of two labels or more.' },
  federation_domain_unverified: {
    kind: 'invalid',
    log: 'An identity provider is associated with verified domains of its federation only.',
  },
  federation_domain_associated: {
    kind: 'conflict',
    log: 'A domain stays while an identity provider is associated with it.',
  },

  // Role mappings
  role_unknown: { kind: 'invalid', log: 'There is no role of this name.' },
  role_needs_organization: { kind: 'invalid', log: 'A role of an organization is given in an organization.' },
  role_needs_group: { kind: 'invalid', log: 'A role of a group is given in a group.' },
  role_of_another_organization: {
    kind: 'invalid',
    log: 'A role mapping gives roles in its own organization only.',
  },
  role_mapping_without_organization_role: {
    kind: 'invalid',
    log: 'A role mapping gives at least one role of the organization.',
  },
  role_mapping_group_taken: {
    kind: 'conflict',
    log: 'The organization has a role mapping of this group already.',
  },

  // Identity providers
  identity_provider_not_in_federation: {
    kind: 'invalid',
    log: 'The identity provider is none of the federation, or not of the kind that is needed.',
  },
  identity_provider_attribute_missing: {
    kind: 'invalid',
    log: 'An identity provider lacks an attribute that its kind needs.',
  },
  identity_provider_attribute_refused: {
    kind: 'invalid',
    log: 'An attribute of an identity provider is not acceptable.',
  },
  identity_provider_audience_taken: {
    kind: 'conflict',
    log: 'Another identity provider of the federation has this issuer and audience.',
  },
  identity_provider_connected: {
    kind: 'conflict',
    log: 'An identity provider is deleted once no other organization is connected to it.',
  },
  identity_taken: {
    kind: 'conflict',
    log: 'Somebody at the identity provider is linked to another user already.',
  },
  identity_provider_not_oidc: {
    kind: 'invalid',
    log: 'The operation is for OpenID Connect providers; SAML providers are listed only.',
  },

  // Clusters, and the delivery of the log to them
  log_snapshot_due: {
    kind: 'conflict',
    log: 'What the follower may see has changed, or it is too far behind: it needs a new snapshot.',
  },
  log_diverged: {
    kind: 'conflict',
    log: 'The follower knows a position that this database does not have: it was restored or is not the primary.',
  },
  log_not_recovered: {
    kind: 'conflict',
    log: 'A node handed back revoked keys although the log has not been recovered, and so has lost none.',
  },
  log_halted: {
    kind: 'unavailable',
    log: 'The log lacks entries that somebody knows: nothing is issued by it until an operator runs `rescind recover`.',
  },
  acknowledgement_beyond_sent: {
    kind: 'conflict',
    log: 'A node acknowledged a position beyond what it was sent.',
  },

  // SQL
  sql_invalid: {
    kind: 'invalid',
    log: 'The statement does not follow the dialect, or names what is not there.',
  },
  sql_no_method: {
    kind: 'invalid',
    log: 'The resource has no method for the statement with the parameters that it gives.',
  },
  sql_other_organization: {
    kind: 'invalid',
    log: 'The `subdomain` of a statement is that of the organization of the credential.',
  },
  sql_limit_exceeded: { kind: 'invalid', log: 'The statement went beyond a limit and was stopped.' },
  sql_cancelled: { kind: 'conflict', log: 'Whoever ran the statement cancelled it, or has gone.' },
  sql_busy: { kind: 'limited', log: 'The organization has as many statements running as it may have.' },
  // Revocations and their receipts
  receipt_not_ready: {
    kind: 'conflict',
    log: 'The revocation has not taken effect everywhere, so there is no receipt of it yet.',
  },

  // Endpoints of authorization servers
  client_credentials_missing: { kind: 'unauthenticated', log: 'The client does not say who it is.' },
  client_credentials_multiple: { kind: 'invalid', log: 'The client authenticates in more than one way.' },
  client_assertion_type_invalid: { kind: 'invalid', log: 'The type of a client assertion is not JWT.' },
  client_assertion_kid_invalid: {
    kind: 'unauthenticated',
    log: "The client's assertion names none of its active keys.",
  },
  client_authentication_failed: {
    kind: 'unauthenticated',
    log: 'The client is unknown or has not proved who it is.',
  },
  token_parameter_missing: { kind: 'invalid', log: 'The request has no token.' },
  access_token_missing: { kind: 'unauthenticated', log: 'The request carries no access token.' },
  access_token_invalid: { kind: 'unauthenticated', log: 'The access token is not good here.' },
  dpop_proof_invalid: {
    kind: 'unauthenticated',
    log: 'The proof of possession does not fit the request, or has been used.',
  },
  access_token_scope_missing: { kind: 'forbidden', log: 'The access token lacks a scope.' },
  status_list_not_acceptable: { kind: 'invalid', log: 'A status list is wanted in a form that is not made.' },
  status_list_history: { kind: 'invalid', log: 'A status list is wanted as it was at another time.' },
} as const satisfies Record<string, Registered>

export type ErrorCode = keyof typeof REGISTRY
