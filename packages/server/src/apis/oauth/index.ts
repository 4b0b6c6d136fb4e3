import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { renderOAuthError } from './errors.ts'
import { publishedKeys } from './published-keys.ts'

export { publishedKeysShortcut } from './published-keys.ts'

/** OAuth 2.0 and OpenID Connect as clients see them: `/oauth2/…` and `/.well-known/…`. */
export function oauthApi(authority: Authority): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler(renderOAuthError)
    publishedKeys(app, authority)
  }
}
