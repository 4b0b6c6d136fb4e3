import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'

/** OAuth 2.0 and OpenID Connect as clients see them: `/oauth2/…` and `/.well-known/…`. */
export function oauthApi(_authority: Authority): FastifyPluginAsyncTypebox {
  return async () => {}
}
