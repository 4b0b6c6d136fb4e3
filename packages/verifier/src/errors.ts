/** Why a token is not accepted. Stable: programs may rely on it. */
export const VERIFIER_ERROR_CODES = [
  'token_malformed',
  'signature_invalid',
  'issuer_unknown',
  'audience_mismatch',
  'type_mismatch',
  'token_not_yet_valid',
  'token_expired',
  'token_revoked',
  'subject_blocked',
  'key_unknown',
  'key_revoked',
  'position_ahead',
  'stale',
] as const
export type VerifierErrorCode = (typeof VERIFIER_ERROR_CODES)[number]

const SENTENCES: Readonly<Record<VerifierErrorCode, string>> = {
  token_malformed: 'The token is not a JWT in its one proper spelling.',
  signature_invalid: 'The signature is not that of the key that the token names.',
  issuer_unknown: 'The issuer is not one that this cluster relies on.',
  audience_mismatch: 'The token is for another audience.',
  type_mismatch: 'The token is of another type than an access token.',
  token_not_yet_valid: 'The token is not valid yet.',
  token_expired: 'The token has expired.',
  token_revoked: 'The token, or something that it rests on, was revoked.',
  subject_blocked: 'The user, the client or the API of the token is blocked.',
  key_unknown: 'The issuer has not published the key that the token names.',
  key_revoked: 'The key that signed the token was revoked.',
  position_ahead: 'The token rests on knowledge that has not arrived here.',
  stale: 'It is not certain that all revocations have arrived here.',
}

/** The one error that `verify` rejects with for a token. `stale` says nothing of the token: answer 503, not 401. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError'
  readonly code: VerifierErrorCode
  /** The rule or detail behind the code, for logs; never a part of the token. */
  readonly detail: string | undefined

  constructor(code: VerifierErrorCode, detail?: string) {
    super(SENTENCES[code])
    this.code = code
    this.detail = detail
  }
}
