import { boolean, json, type Resource, text, timestamp } from '../resource.ts'
import { REFRESH_TOKEN } from './apps.ts'
import { oktaMethod } from './method.ts'

const SERVERS = '/authorizationServers'
const SERVER = `${SERVERS}/{authServerId}` as const
const ENCRYPTION_KEYS = `${SERVER}/resourceservercredentials/keys` as const
const SIGNING_KEYS = `${SERVER}/credentials/keys` as const
const TOKENS = `${SERVER}/clients/{clientId}/tokens` as const
const service = 'authorizationservers'

const SETTINGS = [
  text('name', 'What people call it'),
  text('description', 'What it is for'),
  json('audiences', 'The audience of its tokens, in an array'),
  text('issuerMode', 'How its issuer is called'),
  json('credentials', 'How its keys are rotated'),
  text('accessTokenEncryptedResponseAlgorithm', 'How access tokens are encrypted, if they are'),
  json('jwks', 'The keys that access tokens are encrypted to'),
  text('jwks_uri', 'Where those keys are published instead'),
]

export const authorizationServers: Resource = {
  provider: 'okta',
  service,
  name: 'authorization_servers',
  description: 'Custom authorization servers',
  columns: [
    text('id', 'The id of the authorization server: aus…, or default'),
    text('name', 'What people call it'),
    text('description', 'What it is for'),
    json('audiences', 'The audience of its tokens, in an array'),
    text('issuer', 'The iss of its tokens'),
    text('issuerMode', 'How its issuer is called'),
    text('status', 'ACTIVE or INACTIVE'),
    timestamp('created', 'When it was created'),
    timestamp('lastUpdated', 'When it was changed last'),
    json('credentials', 'Its signing key, and when it is rotated'),
    text('accessTokenEncryptedResponseAlgorithm', 'How access tokens are encrypted, if they are'),
    json('jwks', 'The keys that access tokens are encrypted to'),
    text('jwks_uri', 'Where those keys are published instead'),
    boolean('default', 'Whether it is the one called default'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_authorization_server',
      verb: 'select',
      place: `GET ${SERVER}`,
      description: 'One authorization server',
    }),
    oktaMethod({
      name: 'list_authorization_servers',
      verb: 'select',
      place: `GET ${SERVERS}`,
      query: ['q'],
      paged: true,
      description: 'All authorization servers',
    }),
    oktaMethod({
      name: 'create_authorization_server',
      verb: 'insert',
      place: `POST ${SERVERS}`,
      body: SETTINGS,
      description: 'Creates an authorization server, and an API for its audience',
    }),
    oktaMethod({
      name: 'replace_authorization_server',
      verb: 'replace',
      place: `PUT ${SERVER}`,
      body: SETTINGS,
      description: 'Replaces the settings of an authorization server',
    }),
    oktaMethod({
      name: 'delete_authorization_server',
      verb: 'delete',
      place: `DELETE ${SERVER}`,
      description: 'Deletes an authorization server',
    }),
    oktaMethod({
      name: 'activate_authorization_server',
      verb: 'exec',
      place: `POST ${SERVER}/lifecycle/activate`,
      description: 'Activates an authorization server',
    }),
    oktaMethod({
      name: 'deactivate_authorization_server',
      verb: 'exec',
      place: `POST ${SERVER}/lifecycle/deactivate`,
      description: 'Deactivates an authorization server',
    }),
  ],
}

export const resourceServerKeys: Resource = {
  provider: 'okta',
  service,
  name: 'oauth2_resource_server_jwks',
  description: 'The public keys that an authorization server encrypts its access tokens to',
  columns: [
    text('id', 'The id of the key: apk…'),
    text('kid', 'The id by which its owner names it'),
    text('kty', 'RSA'),
    text('use', 'enc'),
    text('e', 'RSA exponent'),
    text('n', 'RSA modulus'),
    text('status', 'ACTIVE or INACTIVE'),
    timestamp('created', 'When the key was added'),
    timestamp('lastUpdated', 'When the key was changed last'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_oauth2_resource_server_json_web_key',
      verb: 'select',
      place: `GET ${ENCRYPTION_KEYS}/{keyId}`,
      description: 'One encryption key',
    }),
    oktaMethod({
      name: 'list_oauth2_resource_server_json_web_keys',
      verb: 'select',
      place: `GET ${ENCRYPTION_KEYS}`,
      description: 'All encryption keys of an authorization server',
    }),
    oktaMethod({
      name: 'add_oauth2_resource_server_json_web_key',
      verb: 'insert',
      place: `POST ${ENCRYPTION_KEYS}`,
      body: [
        text('kty', 'RSA'),
        text('kid', 'The id by which its owner names it'),
        text('use', 'enc'),
        text('e', 'RSA exponent'),
        text('n', 'RSA modulus'),
        text('status', 'INACTIVE: a key is activated in a step of its own'),
      ],
      description: 'Adds an encryption key',
    }),
    oktaMethod({
      name: 'delete_oauth2_resource_server_json_web_key',
      verb: 'delete',
      place: `DELETE ${ENCRYPTION_KEYS}/{keyId}`,
      description: 'Deletes an inactive encryption key',
    }),
    oktaMethod({
      name: 'activate_oauth2_resource_server_json_web_key',
      verb: 'exec',
      place: `POST ${ENCRYPTION_KEYS}/{keyId}/lifecycle/activate`,
      description: 'Encrypts access tokens to this key from now on',
    }),
    oktaMethod({
      name: 'deactivate_oauth2_resource_server_json_web_key',
      verb: 'exec',
      place: `POST ${ENCRYPTION_KEYS}/{keyId}/lifecycle/deactivate`,
      description: 'Deactivates an encryption key',
    }),
  ],
}

export const signingKeys: Resource = {
  provider: 'okta',
  service,
  name: 'keys',
  description: 'The keys that an authorization server signs with',
  columns: [
    text('kid', 'The id of the key in the header of a token'),
    text('status', 'ACTIVE, NEXT or EXPIRED'),
    text('alg', 'The algorithm'),
    text('kty', 'RSA, EC or OKP'),
    text('use', 'sig'),
    text('e', 'RSA exponent'),
    text('n', 'RSA modulus'),
    text('crv', 'The curve of an EC or OKP key'),
    text('x', 'x coordinate of the point'),
    text('y', 'y coordinate of the point'),
    json('_links', 'Where it is'),
  ],
  methods: [
    oktaMethod({
      name: 'get_authorization_server_key',
      verb: 'select',
      place: `GET ${SIGNING_KEYS}/{keyId}`,
      description: 'One signing key, by its kid',
    }),
    oktaMethod({
      name: 'list_authorization_server_keys',
      verb: 'select',
      place: `GET ${SIGNING_KEYS}`,
      description: 'All published signing keys of an authorization server',
    }),
    oktaMethod({
      name: 'rotate_authorization_server_keys',
      verb: 'exec',
      place: `POST ${SERVER}/credentials/lifecycle/keyRotate`,
      body: [text('use', 'sig')],
      description: 'Rotates the signing keys',
    }),
  ],
}

export const refreshTokens: Resource = {
  provider: 'okta',
  service,
  name: 'refresh_tokens',
  description: 'The refresh tokens that an authorization server issued to a client',
  columns: REFRESH_TOKEN,
  methods: [
    oktaMethod({
      name: 'get_refresh_token_for_authorization_server_and_client',
      verb: 'select',
      place: `GET ${TOKENS}/{tokenId}`,
      description: 'One refresh token',
    }),
    oktaMethod({
      name: 'list_refresh_tokens_for_authorization_server_and_client',
      verb: 'select',
      place: `GET ${TOKENS}`,
      paged: true,
      description: 'All refresh tokens of a client from one authorization server',
    }),
    oktaMethod({
      name: 'revoke_refresh_token_for_authorization_server_and_client',
      verb: 'delete',
      place: `DELETE ${TOKENS}/{tokenId}`,
      description: 'Revokes one refresh token',
    }),
    oktaMethod({
      name: 'revoke_refresh_tokens_for_authorization_server_and_client',
      verb: 'delete',
      place: `DELETE ${TOKENS}`,
      description: 'Revokes all of them',
    }),
  ],
}
