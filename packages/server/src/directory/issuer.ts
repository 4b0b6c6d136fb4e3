import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { organizationOf, type ReadTx } from '../store/index.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { findOrganizationRow } from '../store/queries/issuers.ts'

/**
 * Whoever signs tokens: a custom authorization server, or an organization for its own one. `id` is then the
 * organization's, which no authorization server can have: those begin with `aus` or are called `default`.
 */
export interface Issuer {
  readonly id: string
  readonly organizationId: string
  /** The `iss` of its tokens, and its name in the log. */
  readonly url: string
}

/** `<public url>/oauth2/{authServerId}`. */
export function customIssuerUrl(
  authority: Pick<Authority, 'publicUrl'>,
  authorizationServerId: string,
): string {
  return `${authority.publicUrl}/oauth2/${authorizationServerId}`
}

/**
 * The issuer of an organization's own authorization server: the public URL for the organization `default`,
 * `<scheme>://<subdomain>.<host>[:port]` for any other.
 */
export function organizationIssuerUrl(authority: Pick<Authority, 'publicUrl'>, subdomain: string): string {
  if (subdomain === DEFAULT_SUBDOMAIN) return authority.publicUrl
  const { protocol, host } = new URL(authority.publicUrl)
  return `${protocol}//${subdomain}.${host}`
}

/** The subdomain of the organization that the first start makes; requests without a better sign mean it. */
export const DEFAULT_SUBDOMAIN = 'default'

/** An issuer, and whether it may issue now. */
export interface KnownIssuer extends Issuer {
  readonly active: boolean
}

/** The issuer of that id in the transaction's organization, active or not. */
export async function findIssuer(
  authority: Pick<Authority, 'publicUrl'>,
  tx: ReadTx,
  id: string,
): Promise<KnownIssuer | undefined> {
  const organizationId = organizationOf(tx)
  if (id === organizationId) {
    const organization = await findOrganizationRow(tx)
    if (organization === undefined) return undefined
    const url = organizationIssuerUrl(authority, organization.subdomain)
    return { id, organizationId, url, active: true }
  }
  const server = await findAuthorizationServer(tx, id)
  if (server === undefined) return undefined
  return { id, organizationId, url: customIssuerUrl(authority, id), active: server.status === 'ACTIVE' }
}

/** @throws DomainError not_found */
export async function requireIssuer(
  authority: Pick<Authority, 'publicUrl'>,
  tx: ReadTx,
  id: string,
): Promise<KnownIssuer> {
  const issuer = await findIssuer(authority, tx, id)
  if (issuer === undefined) throw new DomainError('not_found', { type: 'authorization_server', id })
  return issuer
}

/**
 * The `iss` of an issuer that a row names, in the transaction's organization. One that has been deleted since keeps
 * the name under which it issued.
 */
export async function issuerUrlOf(
  authority: Pick<Authority, 'publicUrl'>,
  tx: ReadTx,
  id: string,
): Promise<string> {
  return (await findIssuer(authority, tx, id))?.url ?? customIssuerUrl(authority, id)
}
