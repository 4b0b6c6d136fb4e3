interface Code {
  readonly status: number
  /** `%s` stands for a parameter. */
  readonly detail: string
}

/**
 * Atlas's error codes that we answer with. Texts that Atlas publishes are these ones; where it publishes only the
 * code, the text is ours.
 */
export const CODES = {
  ATTRIBUTE_READ_ONLY: { status: 400, detail: 'The attribute %s is read-only.' },
  CANNOT_DELETE_OWN_ADDRESS: {
    status: 400,
    detail: 'The entry that lets your own address %s in cannot be removed.',
  },
  CONNECTED_ORG_CONFIG_IDP_NOT_IN_FEDERATION: {
    status: 400,
    detail: 'The identity provider %s does not belong to the federation.',
  },
  INVALID_ATTRIBUTE: { status: 400, detail: 'Invalid attribute %s specified.' },
  INVALID_ENUM_VALUE: { status: 400, detail: 'An invalid enumeration value %s was specified.' },
  INVALID_JSON_ATTRIBUTE: {
    status: 400,
    detail: 'Received JSON for the %s attribute does not match expected format.',
  },
  INVALID_PATH_PARAMETER: { status: 400, detail: 'Invalid path parameter %s specified.' },
  INVALID_QUERY_PARAMETER: { status: 400, detail: 'Invalid query parameter %s specified.' },
  MALFORMED_JSON: { status: 400, detail: 'Received malformed JSON.' },
  MISSING_ATTRIBUTE: { status: 400, detail: 'The required attribute %s was not specified.' },
  INVALID_ROLE_FOR_ORG: { status: 400, detail: 'The role %s is invalid for the organization.' },
  ORG_ALREADY_ASSOCIATED_WITH_FEDERATION: {
    status: 400,
    detail: 'The organization %s is already associated with a federation.',
  },
  POST_AUTH_ROLE_GRANTS_MUST_CONTAIN_ORG_ROLES: {
    status: 400,
    detail: 'The roles granted after authentication must be roles of an organization; %s is not.',
  },
  ROLE_NEEDS_GROUP_ID: { status: 400, detail: 'The role %s needs a group ID.' },
  ROLE_NEEDS_ORG_ID: { status: 400, detail: 'The role %s needs an organization ID.' },
  VALIDATION_ERROR: { status: 400, detail: 'The request content produced the validation error: %s.' },
  USER_UNAUTHORIZED: { status: 401, detail: 'Current user is not authorized to perform this action.' },
  INVALID_TOKEN: { status: 401, detail: 'You are not authorized for this resource.' },
  ACCESS_FORBIDDEN: { status: 403, detail: 'Access to this resource is forbidden.' },
  IP_ADDRESS_NOT_ON_ACCESS_LIST: {
    status: 403,
    detail: 'IP address %s is not allowed to access this resource.',
  },
  API_KEY_NOT_FOUND: { status: 404, detail: 'An API key with ID %s could not be found.' },
  API_KEY_WHITELIST_NOT_FOUND: { status: 404, detail: 'No access list entry exists for %s.' },
  GROUP_NOT_FOUND: { status: 404, detail: 'No group with ID %s exists.' },
  IDENTITY_PROVIDER_DOES_NOT_EXIST: {
    status: 404,
    detail: 'The identity provider with oktaIdpId %s does not exist.',
  },
  ORG_NOT_FOUND: { status: 404, detail: 'No organization with ID %s exists.' },
  RESOURCE_NOT_FOUND: { status: 404, detail: 'Cannot find resource %s.' },
  METHOD_NOT_ALLOWED: { status: 405, detail: 'The method %s is not allowed on this resource.' },
  INVALID_VERSION_DATE: { status: 406, detail: 'Invalid accept header or version date.' },
  CONFLICT: { status: 409, detail: 'The request conflicts with the state of the resource: %s' },
  GROUP_ALREADY_EXISTS: { status: 409, detail: 'A group with name %s already exists.' },
  LIMIT_REACHED: { status: 409, detail: 'No more than %s of these may exist.' },
  PAYLOAD_TOO_LARGE: { status: 413, detail: 'The request body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, detail: 'The media type of the request body is not supported.' },
  RATE_LIMITED: { status: 429, detail: 'Resource %s is limited to %s requests every %s minutes.' },
  RATE_LIMITED_TOKEN_BUCKET: {
    status: 429,
    detail:
      'Rate limit exceeded for %s. Please retry after %s seconds. Request capacity: %s. Refill rate: %s per %s seconds.',
  },
  TOO_MANY_FAILURES: { status: 429, detail: 'Too many failed attempts. Please retry after %s seconds.' },
  UNEXPECTED_ERROR: { status: 500, detail: 'Unexpected error.' },
  SERVICE_UNAVAILABLE: { status: 503, detail: 'The service is not available at this moment.' },
} as const satisfies Record<string, Code>

export type AtlasErrorCode = keyof typeof CODES
