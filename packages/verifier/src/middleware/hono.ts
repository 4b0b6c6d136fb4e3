import type { Verified, Verifier } from '../verifier.ts'
import { type AuthorizeOptions, authorize } from './authorize.ts'

interface Context {
  readonly req: { header(name: string): string | undefined; readonly raw: object }
}

const verifiedRequests = new WeakMap<object, Verified>()

/** A middleware for Hono, in Node or at the edge: goes on with what is verified, and answers the rest. */
export function requireToken(
  verifier: Verifier,
  options?: AuthorizeOptions,
): (context: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const authorized = await authorize(verifier, context.req.header('authorization'), options)
    if (authorized.ok) {
      verifiedRequests.set(context.req.raw, authorized.verified)
      await next()
      return undefined
    }
    const { status, headers, body } = authorized.refusal
    return Response.json(body, { status, headers: { ...headers } })
  }
}

/** What `requireToken` verified for this request. @throws TypeError where the middleware did not run */
export function verifiedOf(context: Context): Verified {
  const verified = verifiedRequests.get(context.req.raw)
  if (verified === undefined) throw new TypeError('requireToken has not run for this request')
  return verified
}
