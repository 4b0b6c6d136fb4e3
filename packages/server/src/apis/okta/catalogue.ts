/**
 * The codes of Okta's error catalogue that this product answers with: HTTP status and summary, `{0}` being what
 * the refusal fills in. A code that is missing here is added from the catalogue, never invented.
 */
export const CATALOGUE = {
  E0000001: { status: 400, summary: 'Api validation failed: {0}' },
  E0000002: { status: 400, summary: 'The request was not valid: {0}' },
  E0000003: { status: 400, summary: 'The request body was not well-formed.' },
  E0000004: { status: 401, summary: 'Authentication failed' },
  E0000005: { status: 403, summary: 'Invalid session' },
  E0000006: { status: 403, summary: 'You do not have permission to perform the requested action' },
  E0000007: { status: 404, summary: 'Not found: {0}' },
  E0000008: { status: 404, summary: 'The requested path was not found' },
  E0000009: { status: 500, summary: 'Internal Server Error' },
  E0000011: { status: 401, summary: 'Invalid token provided' },
  E0000014: { status: 403, summary: 'Update of credentials failed' },
  E0000015: { status: 401, summary: 'You do not have permission to access the feature you are requesting' },
  E0000016: { status: 403, summary: 'Activation failed because the user is already active' },
  E0000017: { status: 403, summary: 'Password reset failed' },
  E0000021: {
    status: 400,
    summary: 'Bad request.  Accept and/or Content-Type headers likely do not match supported values.',
  },
  E0000022: { status: 405, summary: 'The endpoint does not support the provided HTTP method' },
  E0000031: { status: 400, summary: 'Invalid search criteria.' },
  E0000038: { status: 403, summary: "This operation is not allowed in the user's current status." },
  E0000047: { status: 429, summary: 'API call exceeded rate limit due to too many requests.' },
  E0000056: { status: 403, summary: 'Delete application forbidden.' },
  E0000080: {
    status: 403,
    summary: 'The password does not meet the complexity requirements of the current password policy.',
  },
  E0000090: { status: 409, summary: 'The role specified is already assigned to the user.' },
  E0000124: {
    status: 400,
    summary:
      'Could not create user. To create a user and expire their password immediately, a password must be specified',
  },
  E0000125: {
    status: 400,
    summary:
      'Could not create user. To create a user and expire their password immediately, "activate" must be true',
  },
  E0000181: { status: 503, summary: 'Service temporarily unavailable.' },
} as const satisfies Record<string, { readonly status: number; readonly summary: string }>

export type OktaErrorCode = keyof typeof CATALOGUE
