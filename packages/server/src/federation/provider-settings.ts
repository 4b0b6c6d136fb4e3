import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { Secret } from '../secrets/index.ts'
import type { NewIdentityProvider } from '../store/queries/identity-providers.ts'
import type { AuthorizationType, IdpType, OidcProvider } from './identity-provider.ts'

/**
 * What somebody asks an OpenID Connect provider to be. A member that is left out keeps what it was, or has its
 * default; an empty string counts as left out when a provider is created and as nothing when it is changed, because
 * clients of Atlas send every member that they know.
 */
export interface ProviderSettings {
  readonly displayName?: string | undefined
  readonly description?: string | null | undefined
  readonly issuerUri?: string | undefined
  readonly audience?: string | null | undefined
  readonly authorizationType?: AuthorizationType | undefined
  readonly userClaim?: string | undefined
  readonly groupsClaim?: string | null | undefined
  /** WORKFORCE only, as the two that follow; passed over for WORKLOAD where they are empty. */
  readonly clientId?: string | null | undefined
  /** With a `clientId` only. Null takes it away; with another issuer or client it is not kept. */
  readonly clientSecret?: Secret | null | undefined
  readonly requestedScopes?: readonly string[] | undefined
  readonly associatedDomains?: readonly string[] | undefined
}

export interface NewProviderSettings extends ProviderSettings {
  /** WORKFORCE where it is left out. */
  readonly idpType?: IdpType | undefined
}

export type ProviderColumns = Omit<NewIdentityProvider, 'id' | 'client_secret' | 'created_at' | 'updated_at'>

const DISPLAY_NAME = { shortest: 1, longest: 50 }
const LONGEST = 2_048

/**
 * The columns of an OpenID Connect provider, judged as a whole.
 *
 * @param before what it was, for a change
 * @throws DomainError `identity_provider_attribute_missing`, `identity_provider_attribute_refused`, each with the
 *   `attribute` in Atlas's words
 */
export function oidcColumns(
  authority: Pick<Authority, 'publicUrl' | 'allowPrivateNetworks'>,
  idpType: IdpType,
  asked: ProviderSettings,
  before?: OidcProvider,
): ProviderColumns {
  const authorizationType = asked.authorizationType ?? before?.authorizationType
  if (authorizationType === undefined) throw missing('authorizationType')
  const groupsClaim = chosen(asked.groupsClaim, before?.groupsClaim)
  if (authorizationType === 'GROUP' && groupsClaim === null) throw missing('groupsClaim')
  const workforce = {
    client_id: chosen(asked.clientId, before?.clientId),
    requested_scopes: [...new Set(asked.requestedScopes ?? before?.requestedScopes ?? [])],
    associated_domains: [
      ...new Set(
        (asked.associatedDomains ?? before?.associatedDomains ?? []).map((name) => name.toLowerCase()),
      ),
    ],
  }
  if (idpType === 'WORKLOAD') refuseWorkforceOnly(workforce)
  if (asked.clientSecret && workforce.client_id === null) throw refused('clientSecret')
  return {
    protocol: 'OIDC',
    idp_type: idpType,
    display_name: displayName(needed('displayName', asked.displayName, before?.displayName)),
    description: chosen(asked.description, before?.description),
    issuer_uri: issuerUri(authority, needed('issuerUri', asked.issuerUri, before?.issuerUri)),
    audience: needed('audience', asked.audience, before?.audience),
    authorization_type: authorizationType,
    user_claim: needed('userClaim', asked.userClaim, before?.userClaim),
    groups_claim: groupsClaim,
    client_id: workforce.client_id,
    requested_scopes: JSON.stringify(workforce.requested_scopes),
    associated_domains: JSON.stringify(workforce.associated_domains),
    saml: null,
  }
}

function needed(attribute: string, asked: string | null | undefined, before: string | undefined): string {
  const value = asked === undefined ? before : asked
  if (value === undefined || value === null || value === '') throw missing(attribute)
  if (value.length > LONGEST || /[\p{Cc}]/u.test(value)) throw refused(attribute)
  return value
}

function chosen(asked: string | null | undefined, before: string | null | undefined): string | null {
  const value = asked === undefined ? before : asked
  return value === undefined || value === '' ? null : value
}

function refuseWorkforceOnly(columns: {
  readonly client_id: string | null
  readonly requested_scopes: readonly string[]
  readonly associated_domains: readonly string[]
}): void {
  if (columns.client_id !== null) throw refused('clientId')
  if (columns.requested_scopes.length > 0) throw refused('requestedScopes')
  if (columns.associated_domains.length > 0) throw refused('associatedDomains')
}

function displayName(name: string): string {
  if (name.length < DISPLAY_NAME.shortest || name.length > DISPLAY_NAME.longest) throw refused('displayName')
  return name
}

/**
 * OpenID Connect Discovery section 3: an https URL without query or fragment. One of ours would let a federation
 * decide on what our own issuers sign.
 */
function issuerUri(
  { publicUrl, allowPrivateNetworks }: Pick<Authority, 'publicUrl' | 'allowPrivateNetworks'>,
  issuer: string,
): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const schemes = allowPrivateNetworks ? ['https:', 'http:'] : ['https:']
  const isPlain =
    url !== undefined &&
    schemes.includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    !/[?#]/.test(issuer)
  if (!isPlain || isOurs(url, new URL(publicUrl))) throw refused('issuerUri')
  return issuer
}

/** Organizations have their own issuers at subdomains of the public URL. */
function isOurs(url: URL, ours: URL): boolean {
  if (url.port !== ours.port) return false
  return url.hostname === ours.hostname || url.hostname.endsWith(`.${ours.hostname}`)
}

function missing(attribute: string): DomainError {
  return new DomainError('identity_provider_attribute_missing', { attribute })
}

function refused(attribute: string): DomainError {
  return new DomainError('identity_provider_attribute_refused', { attribute })
}
