import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { WriteTx } from '../store/index.ts'
import {
  deleteFederationOrganization,
  findFederationOrganization,
  insertFederationOrganization,
} from '../store/queries/federations.ts'
import { readConnectedOrganization } from './federation.ts'
import { announce, connectedIds, requireOwn, writeAsMember } from './members.ts'
import { NO_CONNECTIONS, tellConnections } from './trust.ts'

/**
 * Connects an organization to a federation, with no identity provider yet. It takes somebody who has a say in both:
 * an administrator of the installation. Connecting one that is connected changes nothing.
 *
 * @throws DomainError `not_found`, `permission_denied`, `organization_in_federation` where it is another's
 */
export function connectOrganization(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
): Promise<void> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    if ((await connectedIds(tx)).includes(organizationId)) return
    if (!actor.roles.has('installation_admin')) throw new DomainError('permission_denied')
    await connectOrganizationIn(authority, tx, actor, organizationId)
  })
}

/** The same inside a federation's transaction, whoever asks. */
export async function connectOrganizationIn(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  organizationId: string,
): Promise<void> {
  const at = authority.clock.now()
  const isConnected = await insertFederationOrganization(tx, {
    organization_id: organizationId,
    identity_provider_id: null,
    data_access_provider_ids: '[]',
    domain_restriction_enabled: 0,
    domain_allow_list: '[]',
    instant_provisioning_disabled: 0,
    post_auth_role_grants: '[]',
    connected_at: at,
  })
  if (!isConnected) throw new DomainError('organization_in_federation', { organization: organizationId })
  // An organization that does not exist has no log: the entry is refused, and nothing of this remains.
  const content = {
    kind: 'federation_organization.connected',
    subject: { organization: organizationId },
    actor: entryActor(actor),
  } as const
  await announce(tx, content, at, [organizationId])
}

/**
 * Disconnects an organization from a federation, with its role mappings: its clusters trust the federation's
 * identity providers no more.
 *
 * @throws DomainError `not_found`, `permission_denied`, `federation_last_organization`
 */
export function disconnectOrganization(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
): Promise<void> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const connected = await connectedIds(tx)
    if (!connected.includes(organizationId))
      throw new DomainError('not_found', { type: 'organization', id: organizationId })
    requireOwn(actor, organizationId)
    if (connected.length === 1) throw new DomainError('federation_last_organization')
    const content = {
      kind: 'federation_organization.disconnected',
      subject: { organization: organizationId },
      actor: entryActor(actor),
    } as const
    await announce(tx, content, authority.clock.now(), [organizationId])
    await forgetConnections(authority, tx, actor, organizationId)
    await deleteFederationOrganization(tx, organizationId)
  })
}

/** Tells the log of an organization that it trusts no identity provider of the federation any more. */
export async function forgetConnections(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  organizationId: string,
): Promise<void> {
  const row = await findFederationOrganization(tx, organizationId)
  if (row === undefined) return
  const before = readConnectedOrganization(row, [])
  await tellConnections(authority, tx, actor, organizationId, before, NO_CONNECTIONS)
}
