import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../errors/index.ts'
import type { IdentityProviders } from '../store/tables/identity-providers.ts'
import { readTexts } from './federation.ts'

export const IDP_TYPES = ['WORKFORCE', 'WORKLOAD'] as const
export type IdpType = (typeof IDP_TYPES)[number]
export const AUTHORIZATION_TYPES = ['GROUP', 'USER'] as const
export type AuthorizationType = (typeof AUTHORIZATION_TYPES)[number]

interface Common {
  /** 24 lower-case hexadecimal characters. */
  readonly id: string
  readonly federationId: string
  /** WORKFORCE: people; WORKLOAD: programs. */
  readonly idpType: IdpType
  readonly displayName: string
  readonly description: string | null
  readonly issuerUri: string
  /** For WORKFORCE, the mail domains whose people it signs in. */
  readonly associatedDomains: readonly string[]
  readonly createdAt: number
  /** Null until the first update. */
  readonly updatedAt: number | null
}

export interface OidcProvider extends Common {
  readonly protocol: 'OIDC'
  readonly audience: string
  /** GROUP: the groups claim decides on roles; USER: the user is all that counts. */
  readonly authorizationType: AuthorizationType
  readonly userClaim: string
  readonly groupsClaim: string | null
  /** For WORKFORCE. */
  readonly clientId: string | null
  /** Whether Rescind is known to it by a secret, which is never shown. */
  readonly hasClientSecret: boolean
  readonly requestedScopes: readonly string[]
}

/** Listed only: nobody signs in through it here. */
export interface SamlProvider extends Common {
  readonly protocol: 'SAML'
  readonly saml: SamlSettings
}

export type IdentityProvider = OidcProvider | SamlProvider

export const SamlSettings = Type.Object({
  /** Atlas's older id: 20 letters and digits. */
  oktaIdpId: Type.String(),
  acsUrl: Type.String(),
  audienceUri: Type.String(),
  pemFileInfo: Type.Object({
    certificates: Type.Array(Type.Object({ notAfter: Type.String(), notBefore: Type.String() })),
    fileName: Type.Union([Type.String(), Type.Null()]),
  }),
  requestBinding: Type.Enum(['HTTP-POST', 'HTTP-REDIRECT']),
  responseSignatureAlgorithm: Type.Enum(['SHA-1', 'SHA-256']),
  slug: Type.String(),
  ssoDebugEnabled: Type.Boolean(),
  ssoUrl: Type.String(),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
})
export type SamlSettings = Type.Static<typeof SamlSettings>
const saml = Compile(SamlSettings)

export function readProvider(row: IdentityProviders): IdentityProvider {
  const common = {
    id: row.id,
    federationId: row.federation_id,
    idpType: row.idp_type,
    displayName: row.display_name,
    description: row.description,
    issuerUri: row.issuer_uri,
    associatedDomains: readTexts(row.associated_domains),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
  if (row.saml !== null) return { ...common, protocol: 'SAML', saml: saml.Parse(JSON.parse(row.saml)) }
  const { audience, authorization_type: authorizationType, user_claim: userClaim } = row
  if (audience === null || authorizationType === null || userClaim === null)
    throw new TypeError('an OpenID Connect provider without its claims')
  return {
    ...common,
    protocol: 'OIDC',
    audience,
    authorizationType,
    userClaim,
    groupsClaim: row.groups_claim,
    clientId: row.client_id,
    hasClientSecret: row.client_secret !== null,
    requestedScopes: readTexts(row.requested_scopes),
  }
}

export function providerNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'identity_provider', id })
}

/** @throws DomainError `identity_provider_not_oidc` */
export function oidcOnly(provider: IdentityProvider): OidcProvider {
  if (provider.protocol === 'OIDC') return provider
  throw new DomainError('identity_provider_not_oidc', { id: provider.id })
}
