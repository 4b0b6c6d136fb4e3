import type { Verified, Verifier } from '../verifier.ts'
import { type AuthorizeOptions, authorize } from './authorize.ts'

interface Request {
  readonly headers: { readonly authorization?: string | undefined }
}
interface Response {
  status(code: number): Response
  set(headers: Record<string, string>): Response
  json(body: unknown): unknown
}

const verifiedRequests = new WeakMap<object, Verified>()

/** A middleware for Express: goes on with what is verified, and answers the rest. */
export function requireToken(
  verifier: Verifier,
  options?: AuthorizeOptions,
): (request: Request, response: Response, next: (failure?: unknown) => void) => void {
  return (request, response, next) => {
    authorize(verifier, request.headers.authorization, options).then((authorized) => {
      if (authorized.ok) {
        verifiedRequests.set(request, authorized.verified)
        next()
        return
      }
      const { status, headers, body } = authorized.refusal
      response
        .status(status)
        .set({ ...headers })
        .json(body)
    }, next)
  }
}

/** What `requireToken` verified for this request. @throws TypeError where the middleware did not run */
export function verifiedOf(request: object): Verified {
  const verified = verifiedRequests.get(request)
  if (verified === undefined) throw new TypeError('requireToken has not run for this request')
  return verified
}
