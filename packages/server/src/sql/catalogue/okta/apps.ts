import { json, type Resource, secret, text, timestamp } from '../resource.ts'
import { oktaMethod } from './method.ts'

const KEYS = '/apps/{appId}/credentials/jwks'
const KEY = `${KEYS}/{keyId}` as const
const SECRETS = '/apps/{appId}/credentials/secrets'
const SECRET = `${SECRETS}/{secretId}` as const
const TOKENS = '/apps/{appId}/tokens'
const GRANTS = '/apps/{appId}/grants'

const KEY_MEMBERS = [
  text('kty', 'RSA, EC or OKP'),
  text('kid', 'The id by which the client names the key'),
  text('use', 'sig or enc'),
  text('alg', 'The algorithm that the key is for'),
  text('e', 'RSA exponent'),
  text('n', 'RSA modulus'),
  text('crv', 'The curve of an EC or OKP key'),
  text('x', 'x coordinate of the point'),
  text('y', 'y coordinate of the point'),
  text('status', 'ACTIVE or INACTIVE'),
  // Whoever gives a private key away is told so, and the key is blocked: the same as over HTTP.
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].map((name) => ({
    ...secret(name, 'A private member'),
    refused: true,
  })),
]

export const jwks: Resource = {
  provider: 'okta',
  service: 'apps',
  name: 'jwks',
  description: 'The JSON Web Keys of a client application, for signing and for encryption',
  columns: [
    text('e', 'RSA exponent'),
    text('kty', 'RSA, EC or OKP'),
    text('n', 'RSA modulus'),
    text('kid', 'The id by which the client names the key'),
    text('status', 'ACTIVE or INACTIVE'),
    timestamp('created', 'When the key was added'),
    text('id', 'The id of the key: pks…'),
    timestamp('lastUpdated', 'When the key was changed last'),
    json('_links', 'What may be done with the key next'),
    text('x', 'x coordinate of the point'),
    text('y', 'y coordinate of the point'),
    text('use', 'sig or enc'),
    text('alg', 'The algorithm of a signing key'),
    text('crv', 'The curve of an EC or OKP key'),
  ],
  methods: [
    oktaMethod({ name: 'get_jwk', verb: 'select', place: `GET ${KEY}`, description: 'One key of a client' }),
    oktaMethod({
      name: 'list_jwk',
      verb: 'select',
      place: `GET ${KEYS}`,
      rowsIn: 'keys',
      description: 'All keys of a client',
    }),
    oktaMethod({
      name: 'add_jwk',
      verb: 'insert',
      place: `POST ${KEYS}`,
      body: KEY_MEMBERS,
      description: 'Adds a public key to a client',
    }),
    oktaMethod({
      name: 'deletejwk',
      verb: 'delete',
      place: `DELETE ${KEY}`,
      description: 'Deletes an inactive key',
    }),
    oktaMethod({
      name: 'activate_oauth2_client_json_web_key',
      verb: 'exec',
      place: `POST ${KEY}/lifecycle/activate`,
      description: 'Activates a key',
    }),
    oktaMethod({
      name: 'deactivate_oauth2_client_json_web_key',
      verb: 'exec',
      place: `POST ${KEY}/lifecycle/deactivate`,
      description: 'Deactivates a key that the client can do without',
    }),
  ],
}

const APPLICATION_MEMBERS = [
  text('name', 'oidc_client'),
  text('label', 'What people call it'),
  text('signOnMode', 'OPENID_CONNECT'),
  json('credentials', 'How the client authenticates'),
  json('settings', 'What the client may do, and how'),
  json('visibility', 'Where it is shown'),
  json('accessibility', 'Whether people may ask for it'),
]

export const apps: Resource = {
  provider: 'okta',
  service: 'apps',
  name: 'apps',
  description: 'Client applications',
  columns: [
    text('id', 'The id of the application: 0oa…'),
    text('name', 'oidc_client'),
    text('label', 'What people call it'),
    text('status', 'ACTIVE or INACTIVE'),
    timestamp('created', 'When it was created'),
    timestamp('lastUpdated', 'When it was changed last'),
    text('signOnMode', 'OPENID_CONNECT'),
    text('client_id', 'The OAuth client id', 'credentials.oauthClient.client_id'),
    text(
      'token_endpoint_auth_method',
      'How the client authenticates',
      'credentials.oauthClient.token_endpoint_auth_method',
    ),
    text('application_type', 'web, native, browser or service', 'settings.oauthClient.application_type'),
    json('grant_types', 'What it may exchange for tokens', 'settings.oauthClient.grant_types'),
    text('jwks_uri', 'Where it publishes its keys, if it does', 'settings.oauthClient.jwks_uri'),
    json('credentials', 'How the client authenticates, without secrets'),
    json('settings', 'What the client may do, and how'),
    json('visibility', 'Where it is shown'),
    json('accessibility', 'Whether people may ask for it'),
    text('orn', 'Its resource name'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_application',
      verb: 'select',
      place: 'GET /apps/{appId}',
      description: 'One application',
    }),
    oktaMethod({
      name: 'list_applications',
      verb: 'select',
      place: 'GET /apps',
      query: ['q', 'filter'],
      paged: true,
      description: 'All applications',
    }),
    oktaMethod({
      name: 'create_application',
      verb: 'insert',
      place: 'POST /apps',
      query: ['activate'],
      body: APPLICATION_MEMBERS,
      description: 'Creates an application; a secret that is made for it is not shown here',
    }),
    oktaMethod({
      name: 'replace_application',
      verb: 'replace',
      place: 'PUT /apps/{appId}',
      body: APPLICATION_MEMBERS,
      description: 'Replaces the settings of an application',
    }),
    oktaMethod({
      name: 'delete_application',
      verb: 'delete',
      place: 'DELETE /apps/{appId}',
      description: 'Deletes an inactive application',
    }),
    oktaMethod({
      name: 'activate_application',
      verb: 'exec',
      place: 'POST /apps/{appId}/lifecycle/activate',
      description: 'Activates an application',
    }),
    oktaMethod({
      name: 'deactivate_application',
      verb: 'exec',
      place: 'POST /apps/{appId}/lifecycle/deactivate',
      description: 'Deactivates an application: its tokens are void',
    }),
  ],
}

export const secrets: Resource = {
  provider: 'okta',
  service: 'apps',
  name: 'secrets',
  description: 'The secrets of a client application, without their values',
  columns: [
    text('id', 'The id of the secret: ocs…'),
    text('status', 'ACTIVE or INACTIVE'),
    timestamp('created', 'When it was added'),
    timestamp('lastUpdated', 'When it was changed last'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_oauth2_client_secret',
      verb: 'select',
      place: `GET ${SECRET}`,
      description: 'One secret',
    }),
    oktaMethod({
      name: 'list_oauth2_client_secrets',
      verb: 'select',
      place: `GET ${SECRETS}`,
      description: 'All secrets of a client',
    }),
    oktaMethod({
      name: 'create_oauth2_client_secret',
      verb: 'insert',
      place: `POST ${SECRETS}`,
      body: [
        secret('client_secret', 'The value; one that is made instead is not shown here'),
        text('status', 'ACTIVE or INACTIVE'),
      ],
      description: 'Adds a secret',
    }),
    oktaMethod({
      name: 'delete_oauth2_client_secret',
      verb: 'delete',
      place: `DELETE ${SECRET}`,
      description: 'Deletes an inactive secret',
    }),
    oktaMethod({
      name: 'activate_oauth2_client_secret',
      verb: 'exec',
      place: `POST ${SECRET}/lifecycle/activate`,
      description: 'Activates a secret',
    }),
    oktaMethod({
      name: 'deactivate_oauth2_client_secret',
      verb: 'exec',
      place: `POST ${SECRET}/lifecycle/deactivate`,
      description: 'Deactivates a secret',
    }),
  ],
}

/** The members of a refresh token, wherever it is listed. */
export const REFRESH_TOKEN = [
  text('id', 'The id of the token: oar…'),
  text('status', 'ACTIVE'),
  timestamp('created', 'When it was issued'),
  timestamp('lastUpdated', 'When it was used last'),
  timestamp('expiresAt', 'When it expires'),
  text('issuer', 'Who issued it'),
  text('clientId', 'The client that holds it'),
  text('userId', 'The user on whose behalf'),
  json('scopes', 'Its scopes'),
  json('_links', 'What may be done with it next'),
]

export const tokens: Resource = {
  provider: 'okta',
  service: 'apps',
  name: 'tokens',
  description: 'The refresh tokens of an application',
  columns: REFRESH_TOKEN,
  methods: [
    oktaMethod({
      name: 'get_oauth2_token_for_application',
      verb: 'select',
      place: `GET ${TOKENS}/{tokenId}`,
      description: 'One refresh token',
    }),
    oktaMethod({
      name: 'list_oauth2_tokens_for_application',
      verb: 'select',
      place: `GET ${TOKENS}`,
      paged: true,
      description: 'All refresh tokens of an application',
    }),
    oktaMethod({
      name: 'revoke_oauth2_token_for_application',
      verb: 'delete',
      place: `DELETE ${TOKENS}/{tokenId}`,
      description: 'Revokes one refresh token',
    }),
    oktaMethod({
      name: 'revoke_oauth2_tokens_for_application',
      verb: 'delete',
      place: `DELETE ${TOKENS}`,
      description: 'Revokes all refresh tokens of an application',
    }),
  ],
}

export const grants: Resource = {
  provider: 'okta',
  service: 'apps',
  name: 'grants',
  description: 'The management scopes that an application may ask for',
  columns: [
    text('id', 'The id of the grant: oag…'),
    text('status', 'ACTIVE'),
    timestamp('created', 'When it was given'),
    json('createdBy', 'Who gave it'),
    timestamp('lastUpdated', 'When it was given'),
    text('issuer', 'The authorization server of the scope'),
    text('clientId', 'The client'),
    text('scopeId', 'The scope'),
    text('source', 'ADMIN'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_scope_consent_grant',
      verb: 'select',
      place: `GET ${GRANTS}/{grantId}`,
      description: 'One grant',
    }),
    oktaMethod({
      name: 'list_scope_consent_grants',
      verb: 'select',
      place: `GET ${GRANTS}`,
      description: 'All grants of an application',
    }),
    oktaMethod({
      name: 'grant_consent_to_scope',
      verb: 'insert',
      place: `POST ${GRANTS}`,
      body: [text('issuer', 'The authorization server of the scope'), text('scopeId', 'The scope')],
      description: 'Lets an application ask for a scope',
    }),
    oktaMethod({
      name: 'revoke_scope_consent_grant',
      verb: 'delete',
      place: `DELETE ${GRANTS}/{grantId}`,
      description: 'Takes a grant back',
    }),
  ],
}
