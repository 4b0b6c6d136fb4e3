import { randomBytes, X509Certificate } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { SamlProvider, SamlSettings } from './identity-provider.ts'
import type { ProviderColumns } from './provider-settings.ts'

/** A certificate of a provider: as PEM, or by the times between which it is valid. */
export interface AskedCertificate {
  readonly content?: string | undefined
  readonly notBefore?: string | undefined
  readonly notAfter?: string | undefined
}

/** What somebody asks a SAML provider to be. A member that is left out keeps what it was, or has its default. */
export interface SamlChange
  extends Partial<
    Record<keyof Pick<SamlSettings, 'slug' | 'ssoUrl'> | 'displayName' | 'issuerUri', string | undefined>
  > {
  readonly description?: string | null | undefined
  readonly associatedDomains?: readonly string[] | undefined
  readonly requestBinding?: SamlSettings['requestBinding'] | undefined
  readonly responseSignatureAlgorithm?: SamlSettings['responseSignatureAlgorithm'] | undefined
  readonly ssoDebugEnabled?: boolean | undefined
  readonly status?: SamlSettings['status'] | undefined
  readonly certificates?: readonly AskedCertificate[] | undefined
  /** Of the file that the certificates came in. */
  readonly fileName?: string | null | undefined
}

/** What never changes is given once: where it is left out, it is made up as Atlas does. */
export interface NewSamlSettings extends SamlChange {
  /** Atlas's older id: 20 letters and digits. */
  readonly oktaIdpId?: string | undefined
  readonly acsUrl?: string | undefined
  readonly audienceUri?: string | undefined
}

/**
 * The columns of a SAML provider.
 *
 * @param before what it was, for a change
 * @throws DomainError `identity_provider_attribute_missing`, `identity_provider_attribute_refused`
 */
export function samlColumns(
  { publicUrl }: Pick<Authority, 'publicUrl'>,
  asked: NewSamlSettings,
  before?: SamlProvider,
): ProviderColumns {
  const was = before?.saml
  const oktaIdpId = was?.oktaIdpId ?? asked.oktaIdpId ?? legacyId()
  const { certificates, fileName } = asked
  const saml: SamlSettings = {
    oktaIdpId,
    acsUrl: was?.acsUrl ?? asked.acsUrl ?? `${publicUrl}/sso/saml2/${oktaIdpId}`,
    audienceUri: was?.audienceUri ?? asked.audienceUri ?? `${publicUrl}/saml2/service-provider/${oktaIdpId}`,
    pemFileInfo: {
      certificates: certificates?.map(validity) ?? was?.pemFileInfo.certificates ?? [],
      fileName: fileName === undefined ? (was?.pemFileInfo.fileName ?? null) : fileName,
    },
    requestBinding: asked.requestBinding ?? was?.requestBinding ?? 'HTTP-POST',
    responseSignatureAlgorithm:
      asked.responseSignatureAlgorithm ?? was?.responseSignatureAlgorithm ?? 'SHA-256',
    slug: asked.slug ?? was?.slug ?? '',
    ssoDebugEnabled: asked.ssoDebugEnabled ?? was?.ssoDebugEnabled ?? false,
    ssoUrl: needed('ssoUrl', asked.ssoUrl ?? was?.ssoUrl),
    status: asked.status ?? was?.status ?? 'ACTIVE',
  }
  const domains = (asked.associatedDomains ?? before?.associatedDomains ?? []).map((name) =>
    name.toLowerCase(),
  )
  return {
    protocol: 'SAML',
    idp_type: 'WORKFORCE',
    display_name: needed('displayName', asked.displayName ?? before?.displayName),
    description: asked.description === undefined ? (before?.description ?? '') : asked.description,
    issuer_uri: needed('issuerUri', asked.issuerUri ?? before?.issuerUri),
    audience: null,
    authorization_type: null,
    user_claim: null,
    groups_claim: null,
    client_id: null,
    requested_scopes: '[]',
    associated_domains: JSON.stringify([...new Set(domains)]),
    saml: JSON.stringify(saml),
  }
}

/** Only the times of a certificate are kept: nothing is checked by it here. */
function validity({ content, notBefore, notAfter }: AskedCertificate) {
  if (content === undefined || content === '')
    return { notAfter: timeIn(notAfter), notBefore: timeIn(notBefore) }
  const certificate = certificateIn(content)
  return { notAfter: timeIn(certificate.validTo), notBefore: timeIn(certificate.validFrom) }
}

function certificateIn(content: string): X509Certificate {
  try {
    return new X509Certificate(content)
  } catch {
    throw refused('pemFileInfo')
  }
}

/** As Atlas writes times: without fractions. */
function timeIn(text: string | undefined): string {
  const time = Date.parse(text ?? '')
  if (Number.isNaN(time)) throw refused('pemFileInfo')
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

function needed(attribute: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new DomainError('identity_provider_attribute_missing', { attribute })
  const longest = attribute === 'displayName' ? 50 : 2_048
  if (value.length > longest || /\p{Cc}/u.test(value)) throw refused(attribute)
  return value
}

function legacyId(): string {
  return `0oa${randomBytes(9).toString('hex').slice(0, 17)}`
}

function refused(attribute: string): DomainError {
  return new DomainError('identity_provider_attribute_refused', { attribute })
}
