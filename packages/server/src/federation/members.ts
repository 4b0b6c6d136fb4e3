import type { EntryContent } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { Command, Lane, Query, ReadTx, WriteTx } from '../store/index.ts'
import {
  findFederation,
  findFederationOrganization,
  listFederationOrganizations,
} from '../store/queries/federations.ts'
import { federationNotFound } from './federation.ts'

/**
 * Reads what is a federation's, for somebody of a connected organization (or an administrator of the installation):
 * to everybody else the federation does not exist.
 *
 * @throws DomainError `not_found`
 */
export function readAsMember<T>(
  authority: Authority,
  actor: Actor,
  federationId: string,
  query: Query<T>,
): Promise<T> {
  return authority.store.read({ federationId }, async (tx) => {
    await requireMember(tx, actor, federationId)
    return query(tx)
  })
}

/**
 * Changes what is a federation's. The head of its log is locked first, then those of the organizations that the
 * command goes into.
 *
 * @throws DomainError `not_found`
 */
export function writeAsMember<T>(
  authority: Authority,
  actor: Actor,
  federationId: string,
  command: Command<T>,
  lane: Lane = 'ordinary',
): Promise<T> {
  return authority.store.write(
    { federationId },
    async (tx) => {
      await requireMember(tx, actor, federationId)
      return command(tx)
    },
    lane,
  )
}

async function requireMember(tx: ReadTx, actor: Actor, federationId: string): Promise<void> {
  if ((await findFederation(tx)) === undefined) throw federationNotFound(federationId)
  if (actor.roles.has('installation_admin')) return
  if ((await findFederationOrganization(tx, actor.organizationId)) === undefined)
    throw federationNotFound(federationId)
}

/**
 * What concerns a connected organization alone is for those of that organization, and for administrators of the
 * installation: members of a federation do not rule each other.
 *
 * @throws DomainError `permission_denied`
 */
export function requireOwn(actor: Actor, organizationId: string): void {
  if (actor.organizationId === organizationId || actor.roles.has('installation_admin')) return
  throw new DomainError('permission_denied')
}

/**
 * Appends what happened in a federation to its log and to those of organizations: of all that are connected, unless
 * it concerns only some.
 *
 * @param at milliseconds since the epoch
 */
export async function announce(
  tx: WriteTx,
  content: EntryContent,
  at: number,
  organizations?: readonly string[],
): Promise<void> {
  await append(tx, content, at)
  for (const id of organizations ?? (await connectedIds(tx)))
    await tx.within(id, async (own) => {
      await append(own, content, at)
    })
}

/** The connected organizations in order of id, in which their logs are locked. */
export async function connectedIds(tx: ReadTx): Promise<readonly string[]> {
  return (await listFederationOrganizations(tx)).map((row) => row.organization_id)
}
