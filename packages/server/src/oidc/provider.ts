import { Provider } from 'oidc-provider'
import { matchesSecret } from '../directory/client-secrets.ts'
import type { ActiveSigningKey } from '../keys/issuer-keys.ts'
import { Secret } from '../secrets/index.ts'
import { adapterOf } from './adapter/index.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { configuration } from './configuration.ts'
import { encryptAccessTokens } from './encryption.ts'
import { acceptHintsOfPublishedKeys } from './id-token-hint.ts'
import { judgeBeforeAnswering, tellFailures } from './last-judgement.ts'
import { dressForBrowsers } from './pages/browser-side.ts'
import { currentRequest } from './request.ts'
import { nameSessionsOnce } from './sessions-in-library.ts'

/**
 * An instance of the OpenID library for one issuer. Its signing key is fixed when it is built, so `providers.ts`
 * builds another one when that changes.
 */
export function buildProvider(
  context: IssuerContext,
  key: ActiveSigningKey,
  cookieKeys: readonly string[],
): Provider {
  const provider = new Provider(context.issuer, {
    adapter: adapterOf(context),
    ...configuration(context, key, cookieKeys),
  })
  // Where the issuer is reached is a matter of configuration: `mount.ts` says so in these headers, whoever sent any.
  provider.proxy = true
  acceptAnyActiveSecret(provider)
  encryptAccessTokens(provider)
  judgeBeforeAnswering(provider, context)
  tellFailures(provider, context)
  nameSessionsOnce(provider, context)
  acceptHintsOfPublishedKeys(provider, context)
  dressForBrowsers(provider, context)
  return provider
}

/** A client may have two secrets, so that one can take over from the other: both are good while both are ACTIVE. */
function acceptAnyActiveSecret(provider: Provider): void {
  Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
    value: (presented: string): boolean =>
      matchesSecret(currentRequest().client?.secrets ?? [], new Secret(presented)),
  })
}
