import { organizationOf, type ReadTx, SYSTEM } from '../store.ts'
import type { Organizations } from '../tables/organizations.ts'

/** The transaction's own organization. */
export async function findOrganizationRow(tx: ReadTx): Promise<Organizations | undefined> {
  return tx.db.selectFrom('organizations').selectAll().where('id', '=', organizationOf(tx)).executeTakeFirst()
}

/** The organization that a host name's first label means. `SYSTEM` only. */
export async function organizationOfSubdomain(tx: ReadTx, subdomain: string): Promise<string | undefined> {
  requireSystem(tx)
  const row = await tx.db
    .selectFrom('organizations')
    .select('id')
    .where('subdomain', '=', subdomain)
    .executeTakeFirst()
  return row?.id
}

/**
 * The organization of an issuer, whose id is unique in the installation: an authorization server's, or the
 * organization's own. `SYSTEM` only.
 */
export async function organizationOfIssuer(tx: ReadTx, issuerId: string): Promise<string | undefined> {
  requireSystem(tx)
  const server = await tx.db
    .selectFrom('authorization_servers')
    .select('organization_id')
    .where('id', '=', issuerId)
    .executeTakeFirst()
  if (server !== undefined) return server.organization_id
  const organization = await tx.db
    .selectFrom('organizations')
    .select('id')
    .where('id', '=', issuerId)
    .executeTakeFirst()
  return organization?.id
}

function requireSystem(tx: ReadTx): void {
  if (tx.scope !== SYSTEM) throw new TypeError('looking up an organization needs the scope SYSTEM')
}

/** The ids of the organization's authorization servers, and its own: every issuer that the ledger may name. */
export async function listIssuerIds(tx: ReadTx): Promise<string[]> {
  const organization = organizationOf(tx)
  const rows = await tx.db
    .selectFrom('authorization_servers')
    .select('id')
    .where('organization_id', '=', organization)
    .execute()
  return [organization, ...rows.map(({ id }) => id)]
}
