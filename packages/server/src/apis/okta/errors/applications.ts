import type { OktaAnswer } from '../envelope.ts'
import { type Details, type OktaWords, validationFailed } from './words.ts'

const broken = ({ member, rule }: Details): OktaAnswer =>
  validationFailed(String(member), `${String(member)}: ${String(rule)}`)

/** Applications: Okta publishes no texts for these, so they name the member and say the rule. */
export const APPLICATION_WORDS: OktaWords = {
  invalid_client_metadata: broken,
  invalid_redirect_uri: broken,
  client_id_taken: () => validationFailed('client_id', 'client_id: is in use by another client'),
  application_active: () => ({ code: 'E0000056' }),
  app_grant_issuer_unknown: () =>
    validationFailed('scopeConsentGrant', "issuer: must be the organization's own authorization server"),
  app_grant_scope_unknown: () => validationFailed('scopeConsentGrant', 'scopeId: is no scope of this API'),
}

const SECRET = 'client_secret'
const SECRETS = 'OAuth2ClientSecretMediated'

/** Client secrets, in the published texts where there is one. */
export const CLIENT_SECRET_WORDS: OktaWords = {
  client_secret_not_used: ({ method }) =>
    validationFailed(
      SECRET,
      `'client_secret' can't be used when 'token_endpoint_auth_method' is '${method}'.`,
    ),
  client_secret_not_ascii: () =>
    validationFailed(
      SECRET,
      "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+",
    ),
  client_secret_too_long: ({ maximum }) =>
    validationFailed(
      SECRET,
      `client_secret: 'client_secret' can't be more than '${maximum}' characters long.`,
    ),
  client_secret_too_short: ({ minimum, method }) => {
    const rule = `client_secret: 'client_secret' must be at least '${minimum}' characters long`
    const when = method === undefined ? '' : ` when 'token_endpoint_auth_method' is '${method}'`
    return validationFailed(SECRET, `${rule}${when}.`)
  },
  client_secret_changed_elsewhere: () =>
    validationFailed(SECRET, 'client_secret: add another one at credentials/secrets to change it'),
  client_secret_limit_reached: () =>
    validationFailed(SECRETS, "You've reached the maximum number of client secrets per client."),
  client_secret_only_active: () =>
    validationFailed(SECRETS, "You can't deactivate the only active client secret."),
  client_secret_active: () =>
    validationFailed(
      SECRETS,
      "You can't delete an active client secret. Deactivate the secret before deleting it.",
    ),
}

const key = (cause: string) => (): OktaAnswer => validationFailed('JsonWebKey', cause)
const refusedKey = ({ member, message }: Details): OktaAnswer =>
  validationFailed('JsonWebKey', member === undefined ? String(message) : `${member}: ${message}`)

/** Keys of clients, in the published texts where there is one. */
export const CLIENT_KEY_WORDS: OktaWords = {
  client_key_kid_required: key(
    'Each key should have a unique kid when adding multiple keys. Use the Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and re-add the key with a kid using the JWKS APIs.',
  ),
  client_key_kid_duplicate: key("All keys in the 'jwks' must have a unique `kid`."),
  client_key_too_short: key("RSA key length in the 'jwks' is less than '2,048' bits for the given key."),
  client_key_limit_reached: key(
    "You can't create a new key. You have reached the maximum number of keys allowed (50). To add another key, you must first delete an existing one.",
  ),
  client_key_second_active_encryption: key(
    "The client can have only one active encryption key in the 'jwks'.",
  ),
  client_key_only_active: key(
    "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`.",
  ),
  client_key_signs_requests: key(
    'The `jwks` must contain at least one key with an algorithm matching the `request_object_signature_algorithm`.',
  ),
  client_key_encrypts_tokens: key("You can't deactivate the active encryption key."),
  client_key_active: key("You can't delete an active JSON Web Key. Deactivate the key before deleting it."),
  client_key_private: refusedKey,
  client_key_refused: refusedKey,
  client_key_use_refused: key('use: The only type of an encryption key is RSA.'),
  client_key_blocked: key('The key was revoked and can never be used again, under any kid.'),
  client_keys_elsewhere: key("jwks_uri: The client publishes its keys there; keys can't be added here."),
}
