import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Verified, Verifier } from '../verifier.ts'
import { type AuthorizeOptions, authorize } from './authorize.ts'

/**
 * For bare `node:http`: answers a request that is refused.
 *
 * @returns what was verified; `undefined` where the response has been ended
 */
export async function verifyRequest(
  verifier: Verifier,
  request: IncomingMessage,
  response: ServerResponse,
  options?: AuthorizeOptions,
): Promise<Verified | undefined> {
  const authorized = await authorize(verifier, request.headers.authorization, options)
  if (authorized.ok) return authorized.verified
  const { status, headers, body } = authorized.refusal
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  return undefined
}
