import { type Actor, type Authority, entryActor, newObjectId, systemActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append, openLog } from '../log/index.ts'
import { asFederation, SYSTEM, type WriteTx } from '../store/index.ts'
import { listFederationDomains } from '../store/queries/federation-domains.ts'
import {
  deleteFederation as deleteRows,
  findFederation,
  findFederationOfOrganization,
  insertFederation,
} from '../store/queries/federations.ts'
import { deleteFact, findFact } from '../store/queries/installation.ts'
import { connectOrganizationIn, forgetConnections } from './connect-organization.ts'
import { type Federation, federationNotFound, readDomain } from './federation.ts'
import { announce, connectedIds, readAsMember, writeAsMember } from './members.ts'

/**
 * Creates a federation with the actor's organization connected.
 *
 * @throws DomainError `organization_in_federation`
 */
export async function createFederation(authority: Authority, actor: Actor): Promise<Federation> {
  const id = newObjectId()
  await authority.store.write(SYSTEM, (tx) => addFederation(authority, tx, actor, id))
  return getFederation(authority, actor, id)
}

/** Adds a federation in a transaction of `SYSTEM`. @throws DomainError `organization_in_federation` */
export async function addFederation(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  id: string,
): Promise<void> {
  const at = authority.clock.now()
  const own = asFederation(tx, id)
  await openLog(own, id)
  await insertFederation(own, at)
  const content = {
    kind: 'federation.created',
    subject: { federation: id },
    actor: entryActor(actor),
  } as const
  await append(own, content, at)
  await connectOrganizationIn(authority, own, actor, actor.organizationId)
  await own.within(actor.organizationId, (organization) => append(organization, content, at))
}

/** @throws DomainError `not_found`, also for whoever is of no connected organization */
export function getFederation(authority: Authority, actor: Actor, id: string): Promise<Federation> {
  return readAsMember(authority, actor, id, async (tx) => {
    const row = await findFederation(tx)
    if (row === undefined) throw federationNotFound(id)
    return {
      id,
      createdAt: row.created_at,
      domains: (await listFederationDomains(tx)).map(readDomain),
      organizationIds: await connectedIds(tx),
    }
  })
}

/** The id of the federation that an organization is connected to. */
export function federationIdOf(authority: Authority, organizationId: string): Promise<string | undefined> {
  return authority.store.read(SYSTEM, (tx) => findFederationOfOrganization(tx, organizationId))
}

/** The federation of the actor's organization: there is one at most. */
export async function federationOfActor(authority: Authority, actor: Actor): Promise<Federation | undefined> {
  const id = await federationIdOf(authority, actor.organizationId)
  return id === undefined ? undefined : getFederation(authority, actor, id)
}

/**
 * Deletes a federation with its identity providers and domains, for its one connected organization, whose clusters
 * trust the providers no more.
 *
 * @throws DomainError `not_found`, `federation_has_organizations`, `permission_denied`
 */
export function deleteFederation(authority: Authority, actor: Actor, id: string): Promise<void> {
  return writeAsMember(authority, actor, id, async (tx) => {
    const [last, ...others] = await connectedIds(tx)
    if (others.length > 0) throw new DomainError('federation_has_organizations')
    if (last !== undefined && last !== actor.organizationId && !actor.roles.has('installation_admin'))
      throw new DomainError('permission_denied')
    const at = authority.clock.now()
    if (last !== undefined) await forgetConnections(authority, tx, actor, last)
    await announce(
      tx,
      { kind: 'federation.deleted', subject: { federation: id }, actor: entryActor(actor) },
      at,
    )
    await deleteRows(tx)
  })
}

/** Gives an organization that an earlier release made its federation, under the id that was chosen for it then. */
export async function adoptFederation(authority: Authority, organizationId: string): Promise<void> {
  const fact = `federation_settings:${organizationId}`
  await authority.store.write(SYSTEM, async (tx) => {
    const id = await findFact(tx, fact)
    if (id === undefined) return
    await addFederation(authority, tx, systemActor(organizationId), id)
    await deleteFact(tx, fact)
  })
}
