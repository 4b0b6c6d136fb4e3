import { type OktaWords, validationFailed } from './words.ts'

const KEY = 'JsonWebKey'

/** Authorization servers, their scopes and their encryption keys. Doubled single quotes are Okta's own. */
export const AUTHORIZATION_SERVER_WORDS: OktaWords = {
  authorization_server_id_taken: () => validationFailed('AuthorizationServer', 'id: The id is taken'),
  authorization_server_keys_twice: () =>
    validationFailed('AuthorizationServer', "Give either 'jwks' or 'jwks_uri', not both."),
  authorization_server_jwks_uri_refused: () =>
    validationFailed('AuthorizationServer', "jwks_uri: The 'jwks_uri' must be an absolute https URL."),
  scope_name_taken: ({ name }) =>
    validationFailed('name', `name: An object with this field already exists: ${String(name ?? '')}`),
  scope_is_system: () => validationFailed('OAuth2Scope', 'A system scope cannot be renamed or deleted.'),

  api_key_kid_not_unique: () => validationFailed(KEY, "Each key must have a unique ''kid''."),
  api_key_too_short: () =>
    validationFailed(KEY, "RSA key length in the 'jwks' is less than '2,048' bits for the given key."),
  api_key_limit_reached: ({ limit }) =>
    validationFailed(
      KEY,
      `You can't create a new key. You have reached the maximum number of keys allowed (${limit}). To add another key, you must first delete an existing one.`,
    ),
  api_key_added_active: () =>
    validationFailed(
      KEY,
      "Keys cannot be created with an ''ACTIVE'' status. Create an ''INACTIVE'' key and then activate it.",
    ),
  api_key_active: () =>
    validationFailed(
      KEY,
      "''ACTIVE'' keys cannot be deleted. Activate another key before deleting this one.",
    ),
  api_key_encrypts_tokens: () =>
    validationFailed(KEY, 'You cannot deactivate the active key when access token encryption is enabled.'),
  // What Okta has no words for.
  api_key_second_active: () => validationFailed(KEY, "Only one key in the 'jwks' can be active."),
  api_key_not_rsa: () => validationFailed(KEY, "Encryption keys must be RSA keys with ''use'' ''enc''."),
  api_key_private: ({ message }) => validationFailed(KEY, String(message)),
  api_key_refused: ({ message }) => validationFailed(KEY, String(message)),
  api_key_blocked: () => validationFailed(KEY, 'The key was revoked and cannot be used again.'),
  api_keys_elsewhere: () =>
    validationFailed(KEY, "The authorization server takes its keys from its 'jwks_uri'."),
}
