import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'

export interface OktaApiOptions {
  /** Per credential. */
  readonly requestsPerMinute: number
}

/** The Okta Management API, mounted at `/api/v1`. */
export function oktaApi(_authority: Authority, _options: OktaApiOptions): FastifyPluginAsyncTypebox {
  return async () => {}
}
