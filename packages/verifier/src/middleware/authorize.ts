import { VerifierError, type VerifierErrorCode } from '../errors.ts'
import type { Verified, Verifier } from '../verifier.ts'

export interface AuthorizeOptions {
  /** Scopes that the token must have, all of them. */
  readonly scopes?: readonly string[]
}

/** How a request is refused, in any framework. */
export interface Refusal {
  readonly status: 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly code: VerifierErrorCode | 'token_missing' | 'scope_missing'
    readonly message: string
  }
}

export type Authorized =
  | { readonly ok: true; readonly verified: Verified }
  | { readonly ok: false; readonly refusal: Refusal }

/** RFC 6750 section 2.1: one credential in the header, nothing from the query or the body. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i

/**
 * Judges the `Authorization` header of a request (RFC 6750 section 3): 401 for a token that is missing or not good,
 * 403 for one that lacks a scope, 503 where it is not certain here that all revocations have arrived.
 */
export async function authorize(
  verifier: Verifier,
  header: string | undefined,
  { scopes = [] }: AuthorizeOptions = {},
): Promise<Authorized> {
  if (header === undefined || !/^Bearer\b/i.test(header)) {
    const body = { code: 'token_missing', message: 'The request has no access token.' } as const
    return refuse({ status: 401, headers: { 'www-authenticate': 'Bearer' }, body })
  }
  try {
    // What is not one token is malformed; the verifier has the words for that.
    const verified = await verifier.verify(BEARER.exec(header)?.[1] ?? '')
    const granted = new Set((verified.claims.scope ?? '').split(' '))
    const missing = scopes.filter((scope) => !granted.has(scope))
    if (missing.length === 0) return { ok: true, verified }
    const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`
    const body = { code: 'scope_missing', message: 'The token lacks a scope.' } as const
    return refuse({ status: 403, headers: { 'www-authenticate': challenge }, body })
  } catch (failure) {
    if (!(failure instanceof VerifierError)) throw failure
    const body = { code: failure.code, message: failure.message }
    if (failure.code === 'stale') return refuse({ status: 503, headers: { 'retry-after': '1' }, body })
    const challenge = `Bearer error="invalid_token", error_description="${failure.message}"`
    return refuse({ status: 401, headers: { 'www-authenticate': challenge }, body })
  }
}

function refuse(refusal: Refusal): Authorized {
  const headers = { ...refusal.headers, 'cache-control': 'no-store' }
  return { ok: false, refusal: { ...refusal, headers } }
}
