import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { WriteTx } from '../store/index.ts'
import {
  deleteFederationDomain,
  insertFederationDomain,
  listFederationDomains,
  verifyFederationDomain,
} from '../store/queries/federation-domains.ts'
import { listIdentityProviders } from '../store/queries/identity-providers.ts'
import { type FederationDomain, readDomain, readTexts } from './federation.ts'
import { announce, readAsMember, writeAsMember } from './members.ts'

/** Labels of a host name (RFC 1123 section 2.1), two at least; internationalized names in their ASCII form. */
const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/**
 * Adds a domain to a federation. An administrator of the installation vouches for it, and it is verified at once;
 * added by anybody else it waits until an administrator of the installation adds it too.
 *
 * @throws DomainError `not_found`, `federation_domain_invalid`, `federation_domain_taken`
 */
export async function addDomain(
  authority: Authority,
  actor: Actor,
  federationId: string,
  asked: string,
): Promise<FederationDomain> {
  const name = asked.toLowerCase()
  if (!DOMAIN.test(name)) throw new DomainError('federation_domain_invalid', { domain: asked })
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const at = authority.clock.now()
    const vouched = actor.roles.has('installation_admin')
    const known = (await listFederationDomains(tx)).find((row) => row.name === name)
    if (known === undefined) {
      const row = {
        name,
        status: vouched ? ('VERIFIED' as const) : ('PENDING' as const),
        created_at: at,
        verified_at: vouched ? at : null,
      }
      if (!(await insertFederationDomain(tx, row)))
        throw new DomainError('federation_domain_taken', { domain: name })
      await tell(tx, actor, 'domain.created', name, at)
      if (vouched) await tell(tx, actor, 'domain.verified', name, at)
      return readDomain({ ...row, federation_id: federationId })
    }
    if (!vouched) throw new DomainError('federation_domain_taken', { domain: name })
    if (!(await verifyFederationDomain(tx, name, at))) return readDomain(known)
    await tell(tx, actor, 'domain.verified', name, at)
    return readDomain({ ...known, status: 'VERIFIED', verified_at: at })
  })
}

/** In order of name. @throws DomainError `not_found` */
export function listDomains(
  authority: Authority,
  actor: Actor,
  federationId: string,
): Promise<readonly FederationDomain[]> {
  return readAsMember(authority, actor, federationId, async (tx) =>
    (await listFederationDomains(tx)).map(readDomain),
  )
}

/** @throws DomainError `not_found`, `federation_domain_associated` */
export function removeDomain(
  authority: Authority,
  actor: Actor,
  federationId: string,
  asked: string,
): Promise<void> {
  const name = asked.toLowerCase()
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const providers = await listIdentityProviders(tx)
    if (providers.some((row) => readTexts(row.associated_domains).includes(name)))
      throw new DomainError('federation_domain_associated', { domain: name })
    if (!(await deleteFederationDomain(tx, name)))
      throw new DomainError('not_found', { type: 'domain', id: name })
    await tell(tx, actor, 'domain.deleted', name, authority.clock.now())
  })
}

async function tell(
  tx: WriteTx,
  actor: Actor,
  kind: 'domain.created' | 'domain.verified' | 'domain.deleted',
  domain: string,
  at: number,
): Promise<void> {
  await announce(tx, { kind, subject: { domain }, actor: entryActor(actor) }, at)
}
