import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { mountProviders } from '../../oidc/mount.ts'
import type { Providers } from '../../oidc/providers.ts'
import { renderOAuthError } from './errors.ts'
import { OrganizationsByHost } from './organization-by-host.ts'
import { publishedKeys } from './published-keys.ts'

export { publishedKeysShortcut } from './published-keys.ts'

/** What the token endpoints work with, beside the authority. */
export interface TokenServices {
  readonly providers: Providers
}

/** OAuth 2.0 and OpenID Connect as clients see them: `/oauth2/…` and `/.well-known/…`. */
export function oauthApi(authority: Authority, { providers }: TokenServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler(renderOAuthError)
    const hosts = new OrganizationsByHost(authority)
    publishedKeys(app, authority, hosts)
    mountProviders(app, { providers, organizationOf: ({ hostname }) => hosts.organizationOf(hostname) })
  }
}
