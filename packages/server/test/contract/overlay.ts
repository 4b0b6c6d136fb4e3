/**
 * Where the published schemas say less than the wire does, or something else. Okta marks almost nothing as
 * required and its prose, its own SDKs and recorded responses settle what its schema leaves open or gets wrong;
 * each correction says what it rests on. It only adds rules and members: nothing here loosens a known member,
 * except to the null that was recorded.
 */
export type JsonSchema = { readonly [keyword: string]: unknown }

interface DefinitionOverlay {
  readonly reason: string
  readonly definition: string
  /** Replace or add members. */
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** A further rule for the whole object. */
  readonly rule?: JsonSchema
}

interface ResponseOverlay {
  readonly reason: string
  readonly responses: readonly (readonly [operationId: string, status: number])[]
  readonly schema: JsonSchema
}

const definition = (name: string): JsonSchema => ({ $ref: `definitions.json#/$defs/${name}` })
const oneOf = (...names: readonly string[]) => ({ oneOf: names.map(definition) })
const text: JsonSchema = { type: 'string' }
const textOrNull: JsonSchema = { type: ['string', 'null'] }
const flag: JsonSchema = { type: 'boolean' }
const link: JsonSchema = definition('HrefObject')
const id = (prefix: string): JsonSchema => ({ type: 'string', pattern: `^${prefix}[0-9A-Za-z]{17}$` })
const time: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }

/** Exactly these links, and none when there are none. */
const links = (...names: readonly string[]): JsonSchema =>
  names.length === 0
    ? { properties: { _links: false } }
    : {
        required: ['_links'],
        properties: { _links: { required: names, propertyNames: { enum: names } } },
      }

/** The rule that a member's value brings with it; any other value is refused. */
const by = (member: string, rules: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  required: [member],
  oneOf: Object.entries(rules).map(([value, rule]) => ({
    allOf: [{ properties: { [member]: { const: value } } }, rule],
  })),
})

const CLIENT_KEY_LINKS = by('status', {
  ACTIVE: links('deactivate'),
  INACTIVE: links('activate', 'delete'),
})

/** A client key as the key endpoints show it: with its times and links, which the application object omits. */
const CLIENT_KEY: JsonSchema = {
  ...oneOf('OAuth2ClientJsonSigningKeyResponse', 'OAuth2ClientJsonEncryptionKeyResponse'),
  required: ['id', 'created', 'lastUpdated', 'status', '_links'],
  allOf: [CLIENT_KEY_LINKS],
  unevaluatedProperties: false,
}

export const RESPONSE_OVERLAYS: readonly ResponseOverlay[] = [
  {
    reason: 'A1: four of Okta’s artefacts agree on {"keys":[…]}; the schema’s bare array breaks its own SDK',
    responses: [['listJwk', 200]],
    schema: {
      type: 'object',
      required: ['keys'],
      properties: { keys: { type: 'array', items: CLIENT_KEY } },
      unevaluatedProperties: false,
    },
  },
  {
    reason: 'A1 response schema and links: the key endpoints show id, times, status and links by status',
    responses: [
      ['addJwk', 201],
      ['getJwk', 200],
      ['activateOAuth2ClientJsonWebKey', 200],
    ],
    schema: CLIENT_KEY,
  },
  {
    reason:
      'A1 rule 7: an encryption key can be deactivated too, though the schema lists the signing key only',
    responses: [['deactivateOAuth2ClientJsonWebKey', 200]],
    schema: CLIENT_KEY,
  },
]

export const DEFINITION_OVERLAYS: readonly DefinitionOverlay[] = [
  {
    reason: 'A5: the envelope always has all five members; errorId is `oae` and 22 base64url characters',
    definition: 'Error',
    required: ['errorCode', 'errorSummary', 'errorLink', 'errorId', 'errorCauses'],
    properties: {
      errorCode: { type: 'string', pattern: '^E\\d{7}$' },
      errorLink: { type: 'string', pattern: '^E\\d{7}$' },
      errorId: { type: 'string', pattern: '^oae[A-Za-z0-9_-]{22}$' },
    },
  },
  {
    reason: 'A5: a cause is its summary',
    definition: 'ErrorCause',
    required: ['errorSummary'],
  },
  {
    reason:
      'A1, request table and recorded order: a signing key shows `use` (null when it was not given) and `alg`',
    definition: 'OAuth2ClientJsonWebKeyRsaResponse',
    required: ['kty', 'n', 'e', 'kid'],
    properties: { use: { enum: ['sig', null] }, alg: text },
  },
  {
    reason: 'A1, EC detail: as for RSA, and `crv` is emitted (null when unknown) though no schema has it',
    definition: 'OAuth2ClientJsonWebKeyECResponse',
    required: ['kty', 'x', 'y', 'crv', 'kid'],
    properties: { use: { enum: ['sig', null] }, alg: text, crv: { enum: ['P-256', 'P-384', 'P-521', null] } },
  },
  {
    reason: 'A1: encryption keys are RSA with `use` enc, and their responses never show `alg`',
    definition: 'OAuth2ClientJsonEncryptionKeyResponse',
    required: ['kty', 'n', 'e', 'use', 'kid'],
  },
  {
    reason: 'A1 and A5: ids of client keys are pks and 17 characters; times have milliseconds',
    definition: 'OAuth2ClientJsonWebKeyResponseBase',
    properties: { id: id('pks'), created: time, lastUpdated: time },
  },
  {
    reason: 'A1 sibling: client secrets have the same life cycle and links',
    definition: 'OAuth2ClientSecret',
    required: ['id', 'created', 'lastUpdated', 'secret_hash', 'status', '_links'],
    properties: { id: id('ocs'), created: time, lastUpdated: time },
    rule: CLIENT_KEY_LINKS,
  },
  {
    reason:
      'A2 guide captures: links only on INACTIVE keys (activate, delete), none at all on the ACTIVE one',
    definition: 'OAuth2ResourceServerJsonWebKey',
    required: ['id', 'kid', 'kty', 'use', 'e', 'n', 'status', 'created', 'lastUpdated'],
    properties: {
      id: id('apk'),
      kty: { const: 'RSA' },
      use: { const: 'enc' },
      created: time,
      lastUpdated: time,
    },
    rule: by('status', { ACTIVE: links(), INACTIVE: links('activate', 'delete') }),
  },
  {
    reason: 'A2, AuthorizationServer fields: the keys in the object carry their `id`; `kid` may be null',
    definition: 'ResourceServerJsonWebKey',
    required: ['kty', 'id', 'status', 'use', 'e', 'n'],
    properties: { id: id('apk'), kid: textOrNull },
  },
  {
    reason: 'A2 recorded: a created server also says whether it is the `default` one',
    definition: 'AuthorizationServer',
    required: [
      'id',
      'name',
      'audiences',
      'issuer',
      'status',
      'created',
      'lastUpdated',
      'credentials',
      '_links',
    ],
    properties: { default: flag, created: time, lastUpdated: time },
  },
  {
    reason: 'A2 recorded: links to both key lists; an inactive server offers activate instead of deactivate',
    definition: 'AuthServerLinks',
    properties: { resourceServerCredentialsKeys: link, keys: link, activate: link },
  },
  {
    reason: 'A2: AUTO has lastRotated and nextRotation, MANUAL no nextRotation',
    definition: 'AuthorizationServerCredentialsSigningConfig',
    required: ['kid', 'rotationMode', 'lastRotated'],
    rule: by('rotationMode', {
      AUTO: { required: ['nextRotation'] },
      MANUAL: { properties: { nextRotation: false } },
    }),
  },
  {
    reason: 'A3: one of three statuses, RS256, a link to itself',
    definition: 'AuthorizationServerJsonWebKey',
    required: ['kty', 'status', 'alg', 'kid', 'use', '_links', 'e', 'n'],
    properties: {
      status: { enum: ['ACTIVE', 'NEXT', 'EXPIRED'] },
      kty: { const: 'RSA' },
      alg: { const: 'RS256' },
      use: { const: 'sig' },
      kid: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    },
  },
  {
    reason: 'A5: ids of applications are 0oa and 17 characters; times have milliseconds',
    definition: 'Application',
    required: ['id', 'status', 'created', 'lastUpdated', '_links'],
    properties: { id: id('0oa'), created: time, lastUpdated: time },
  },
  {
    reason: 'A1 rule 12 and recorded: clientCredentials names the endpoint of the client’s credentials',
    definition: 'ApplicationLinks',
    properties: {
      clientCredentials: { type: 'array', items: link },
      uploadLogo: link,
      policies: link,
      profileEnrollment: link,
    },
  },
  {
    reason: 'recorded: unset addresses are null',
    definition: 'ApplicationAccessibility',
    properties: { errorRedirectUrl: textOrNull, loginRedirectUrl: textOrNull },
  },
  {
    reason: 'recorded: unset notes are null',
    definition: 'ApplicationSettingsNotes',
    properties: { admin: textOrNull, enduser: textOrNull },
  },
  {
    reason: 'recorded: unset message and address are null',
    definition: 'ApplicationSettingsNotificationsVpn',
    properties: { message: textOrNull, helpUrl: textOrNull },
  },
  {
    reason: 'recorded: an empty `app` object and the flag `manualProvisioning`',
    definition: 'ApplicationSettings',
    properties: { app: { type: 'object', additionalProperties: false }, manualProvisioning: flag },
  },
  {
    reason: 'recorded: unset addresses are null; A1 rule 10: never both jwks and jwks_uri',
    definition: 'OpenIdConnectApplicationSettingsClient',
    properties: { client_uri: textOrNull, logo_uri: textOrNull },
    rule: { not: { required: ['jwks', 'jwks_uri'] } },
  },
]

/**
 * Error statuses that an operation may answer although its page does not list them. Every other status that is
 * not listed is a breach.
 */
export const UNLISTED_STATUSES: Readonly<Record<number, string>> = {
  401: 'A5: a bad SSWS token is 401 everywhere, also where the page lists only 403',
  404: 'A1: pages of POST list no 404, yet the application or server in the path may not exist',
  400: 'A5: malformed JSON and wrong types are 400 everywhere (E0000003, E0000001)',
  405: 'A5: E0000022',
  411: 'A5: POST and PUT without a body and without Content-Length',
}
