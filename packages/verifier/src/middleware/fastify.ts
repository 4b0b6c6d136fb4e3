import type { Verified, Verifier } from '../verifier.ts'
import { type AuthorizeOptions, authorize } from './authorize.ts'

interface Request {
  readonly headers: { readonly authorization?: string | undefined }
}
interface Reply {
  code(status: number): Reply
  headers(headers: Record<string, string>): Reply
  send(body: unknown): unknown
}

const verifiedRequests = new WeakMap<object, Verified>()

/** An `onRequest` or `preHandler` hook for Fastify: lets through what is verified, and answers the rest. */
export function requireToken(
  verifier: Verifier,
  options?: AuthorizeOptions,
): (request: Request, reply: Reply) => Promise<unknown> {
  return async (request, reply) => {
    const authorized = await authorize(verifier, request.headers.authorization, options)
    if (authorized.ok) {
      verifiedRequests.set(request, authorized.verified)
      return undefined
    }
    const { status, headers, body } = authorized.refusal
    reply
      .code(status)
      .headers({ ...headers })
      .send(body)
    return reply
  }
}

/** What `requireToken` verified for this request. @throws TypeError where the hook did not run */
export function verifiedOf(request: object): Verified {
  const verified = verifiedRequests.get(request)
  if (verified === undefined) throw new TypeError('requireToken has not run for this request')
  return verified
}
