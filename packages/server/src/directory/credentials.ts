import type { Actor, Authority } from '../authority/index.ts'
import type { ReadTx } from '../store/index.ts'
import {
  type AccessEntry,
  accessListOf,
  addNetworks,
  type CredentialKind,
  type ListOwner,
  removeNetwork,
} from './access-lists.ts'
import { requireDigestKey } from './digest-keys.ts'
import type { GroupRole } from './granted-roles.ts'
import { joinGroup, leaveGroup, type Membership, membershipsOf } from './group-members.ts'
import { requireServiceAccountRow } from './service-account-rows.ts'

/** What digest keys and service accounts have in common: an access list, and groups that they are in. */
export interface CredentialName {
  readonly kind: CredentialKind
  /** The id of a digest key, or the client id of a service account. */
  readonly id: string
}

/** @throws DomainError `not_found` */
export function getAccessList(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
): Promise<AccessEntry[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await ownerOf(tx, name)
    return accessListOf(tx, name.id)
  })
}

/**
 * Adds networks to an access list: all of them, or none.
 *
 * @param texts addresses, or networks in CIDR notation
 * @throws DomainError `not_found`, `permission_denied`, `network_invalid`, `access_list_full`
 */
export function extendAccessList(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
  texts: readonly string[],
): Promise<AccessEntry[]> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await addNetworks(tx, actor, await ownerOf(tx, name), texts, at)
    return accessListOf(tx, name.id)
  })
}

/**
 * @param from the caller's address
 * @throws DomainError `not_found`, `permission_denied`, `network_invalid`, `access_list_own_address`
 */
export function shortenAccessList(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
  entry: { readonly text: string; readonly from: string },
): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) =>
    removeNetwork(tx, actor, await ownerOf(tx, name), entry, at),
  )
}

/** @throws DomainError `not_found` */
export function listGroupsOf(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
): Promise<Membership[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await ownerOf(tx, name)
    return membershipsOf(tx, name.id)
  })
}

/**
 * Gives a credential roles in a group, in place of those that it had there.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export function putIntoGroup(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
  membership: { readonly groupId: string; readonly roles: readonly GroupRole[] },
): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) =>
    joinGroup(tx, actor, await ownerOf(tx, name), membership, at),
  )
}

/** @throws DomainError `not_found` where it is not in the group, `permission_denied` */
export function takeOutOfGroup(
  authority: Authority,
  actor: Actor,
  name: CredentialName,
  groupId: string,
): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) =>
    leaveGroup(tx, actor, await ownerOf(tx, name), groupId, at),
  )
}

async function ownerOf(tx: ReadTx, { kind, id }: CredentialName): Promise<ListOwner> {
  const { roles } =
    kind === 'digest_key' ? await requireDigestKey(tx, id) : await requireServiceAccountRow(tx, id)
  return { kind, id, roles }
}
