import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { mountProviders } from '../../oidc/mount.ts'
import type { Providers } from '../../oidc/providers.ts'
import type { Issuers } from '../../tokens/issuers.ts'
import { FailedAttempts } from '../failed-attempts.ts'
import type { OrganizationsByHost } from '../organization-by-host.ts'
import { renderOAuthError } from './errors.ts'
import { readForms } from './form.ts'
import { introspection } from './introspection.ts'
import { publishedKeys } from './published-keys.ts'
import { revocation } from './revocation.ts'
import { statusLists } from './status-lists.ts'
import { userinfo } from './userinfo.ts'
import { renderResourceError } from './userinfo-errors.ts'

export { publishedKeysShortcut } from './published-keys.ts'

/** What the token endpoints work with, beside the authority. */
export interface TokenServices {
  readonly providers: Providers
  readonly issuers: Issuers
  readonly hosts: OrganizationsByHost
}

/** OAuth 2.0 and OpenID Connect as clients see them: `/oauth2/…` and `/.well-known/…`. */
export function oauthApi(
  authority: Authority,
  { providers, issuers, hosts }: TokenServices,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler(renderOAuthError)
    const attempts = new FailedAttempts(authority.clock)
    publishedKeys(app, authority, hosts)
    statusLists(app, { issuers, hosts, attempts })
    mountProviders(app, {
      authority,
      providers,
      organizationOf: ({ hostname }) => hosts.organizationOf(hostname),
    })
    app.register(async (scope) => {
      readForms(scope)
      introspection(scope, { issuers, hosts, attempts })
      revocation(scope, { issuers, hosts, attempts })
    })
    app.register(async (scope) => {
      scope.setErrorHandler(renderResourceError)
      readForms(scope)
      userinfo(scope, { issuers, hosts, attempts })
    })
  }
}
