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
} as const satisfies Record<string, Registered>

export type ErrorCode = keyof typeof REGISTRY
