import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import {
  type AccessEntryRow,
  deleteAccessEntries,
  insertAccessEntry,
  listAccessEntries,
  noteAccessEntryUse,
} from '../store/queries/access-lists.ts'
import { findOrganizationSettings } from '../store/queries/organization-settings.ts'
import { refuseForHigherCredential } from './granted-roles.ts'
import { isWithin, readNetwork } from './networks.ts'

/** Entries that one credential may have. */
export const MOST_ENTRIES = 200
/** How long uses of an entry gather before they are written, in milliseconds. */
const NOTE_AFTER = 1_000

/** What access lists are of. The kinds of the log begin with it. */
export type CredentialKind = 'digest_key' | 'service_account'

/** A credential whose list is meant, with the columns that say how high it stands. */
export interface ListOwner {
  readonly kind: CredentialKind
  readonly id: string
  readonly roles: string
}

/** A network that a credential may be used from. Times are milliseconds since the epoch. */
export interface AccessEntry {
  /** `<address>/<bits>` */
  readonly network: string
  readonly createdAt: number
  readonly requests: number
  readonly lastUsedAt: number | null
  readonly lastUsedAddress: string | null
}

export async function accessListOf(tx: ReadTx, credentialId: string): Promise<AccessEntry[]> {
  return (await listAccessEntries(tx, credentialId)).map(entryOf)
}

/**
 * Adds networks to the access list of a credential: all of them, or none. One that is there already is left alone.
 *
 * @param texts addresses, or networks in CIDR notation
 * @throws DomainError `permission_denied`, `network_invalid`, `access_list_full`
 */
export async function addNetworks(
  tx: WriteTx,
  actor: Actor,
  owner: ListOwner,
  texts: readonly string[],
  at: number,
): Promise<void> {
  refuseForHigherCredential(actor, owner)
  for (const text of texts) {
    const network = readNetwork(text)
    if (network === undefined) throw new DomainError('network_invalid', { network: text.slice(0, 64) })
    const row = { credential_id: owner.id, network: network.cidr, created_at: at }
    if (!(await insertAccessEntry(tx, row))) continue
    await appendChange(tx, actor, owner, 'network_added', network.cidr, at)
  }
  if ((await listAccessEntries(tx, owner.id)).length > MOST_ENTRIES)
    throw new DomainError('access_list_full', { limit: MOST_ENTRIES })
}

/**
 * Takes a network from the access list of a credential.
 *
 * @param from the caller's address: nobody shuts the door that they stand in
 * @throws DomainError `permission_denied`, `not_found`, `access_list_own_address`
 */
export async function removeNetwork(
  tx: WriteTx,
  actor: Actor,
  owner: ListOwner,
  { text, from }: { readonly text: string; readonly from: string },
  at: number,
): Promise<void> {
  refuseForHigherCredential(actor, owner)
  const network = readNetwork(text)?.cidr
  if (network === undefined) throw new DomainError('network_invalid', { network: text.slice(0, 64) })
  if (actor.id === owner.id && isWithin(from, network))
    throw new DomainError('access_list_own_address', { address: from })
  if ((await deleteAccessEntries(tx, owner.id, network)) === 0)
    throw new DomainError('not_found', { type: 'access_entry', id: text.slice(0, 64) })
  await appendChange(tx, actor, owner, 'network_removed', network, at)
}

/**
 * Lets a credential in from where it comes, or not: its own list decides, and where it has none, whether the
 * organization wants every credential to have one.
 *
 * @throws DomainError `network_not_allowed`
 */
export async function requireNetwork(
  authority: Authority,
  { organizationId, id }: Actor,
  address: string,
): Promise<void> {
  const { entries, required } = await authority.store.read({ organizationId }, async (tx) => ({
    entries: await listAccessEntries(tx, id),
    required: (await findOrganizationSettings(tx))?.access_list_required === 1,
  }))
  if (entries.length === 0 && !required) return
  const entry = entries.find(({ network }) => isWithin(address, network))
  if (entry === undefined) throw new DomainError('network_not_allowed', { address })
  noteUse(authority, entry, address)
}

interface Use {
  requests: number
  address: string
}
const uses = new WeakMap<Authority['store'], Map<string, Use>>()

/** Counted in memory and written a little later, so that no request waits for a note about itself. */
function noteUse(authority: Authority, entry: AccessEntryRow, address: string): void {
  const { organization_id: organizationId, credential_id: id, network } = entry
  const waiting = uses.get(authority.store) ?? new Map<string, Use>()
  uses.set(authority.store, waiting)
  const key = `${organizationId} ${id} ${network}`
  const known = waiting.get(key)
  if (known !== undefined) {
    known.requests += 1
    known.address = address
    return
  }
  const use: Use = { requests: 1, address }
  waiting.set(key, use)
  setTimeout(() => {
    waiting.delete(key)
    const note = { requests: use.requests, address: use.address, at: authority.clock.now() }
    authority.store
      .write({ organizationId }, (tx) => noteAccessEntryUse(tx, id, network, note))
      .catch((cause: unknown) => authority.logger.warn({ err: cause }, 'the use of a network was not noted'))
  }, NOTE_AFTER).unref()
}

async function appendChange(
  tx: WriteTx,
  actor: Actor,
  { kind, id }: ListOwner,
  change: 'network_added' | 'network_removed',
  network: string,
  at: number,
): Promise<void> {
  const content = { subject: { [kind]: id }, data: { network }, actor: entryActor(actor) }
  await append(tx, { kind: `${kind}.${change}`, ...content }, at)
}

function entryOf(row: AccessEntryRow): AccessEntry {
  return {
    network: row.network,
    createdAt: row.created_at,
    requests: row.requests,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
  }
}
