import { createHash, randomInt, randomUUID } from 'node:crypto'
import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { type ReadTx, SYSTEM, type WriteTx } from '../store/index.ts'
import { deleteAccessEntries } from '../store/queries/access-lists.ts'
import {
  type DigestKeyRow,
  deleteDigestKey as deleteRow,
  findDigestKeyAnywhere,
  findDigestKey as findRow,
  insertDigestKey,
  listDigestKeys as listRows,
  updateDigestKey as updateRow,
} from '../store/queries/digest-keys.ts'
import { deleteGroupMember, listGroupMembers } from '../store/queries/group-members.ts'
import {
  areSameRoles,
  columnsOfRoles,
  type FirstRoles,
  firstRoles,
  type GroupRole,
  grantedRolesOf,
  type OrganizationRole,
  refuseForHigherCredential,
} from './granted-roles.ts'
import { joinGroup, type Membership, membershipOf } from './group-members.ts'
import { decodeRoles } from './roles.ts'

/** The protection space that Atlas's clients see; it is part of what is hashed (RFC 7616 section 3.4.2). */
export const DIGEST_REALM = 'MMS Public API'
/** Digest keys of one organization. */
export const MOST_DIGEST_KEYS = 500

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

export interface DigestCredential {
  /** Eight lower-case letters when generated. */
  readonly publicKey: string
  /** A UUID when generated. */
  readonly privateKey: Secret
}

/** A key for HTTP digest authentication, without its private half. Times are milliseconds since the epoch. */
export interface DigestKey {
  readonly id: string
  readonly publicKey: string
  readonly description: string
  readonly roles: readonly OrganizationRole[]
  readonly memberships: readonly Membership[]
  /** The last twelve characters of the private key, where it was generated here. */
  readonly privateKeyEnd: string | null
  readonly createdAt: number
}

export interface DigestKeyDraft {
  readonly description: string
  readonly roles: readonly OrganizationRole[]
  /** A group to put the new key into. */
  readonly group?: { readonly groupId: string; readonly roles: readonly GroupRole[] }
}

/** A digest key made ready outside the transaction that will add it. */
export interface PreparedDigestKey {
  readonly id: string
  readonly publicKey: string
  readonly privateKeyEnd: string | null
  readonly sealedMd5: string
  readonly sealedSha256: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function newDigestCredential(): DigestCredential {
  const publicKey = Array.from({ length: 8 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
  return { publicKey, privateKey: new Secret(randomUUID()) }
}

/**
 * Seals what digest authentication is checked against, once for each algorithm of RFC 7616; the private key itself
 * is kept nowhere. (Its end is, where it is a UUID: 74 of its random bits stay unknown.)
 */
export async function prepareDigestKey(
  authority: Authority,
  { publicKey, privateKey }: DigestCredential,
): Promise<PreparedDigestKey> {
  const id = newObjectId()
  const seal = (algorithm: 'md5' | 'sha256') => {
    const ha1 = createHash(algorithm)
      .update(`${publicKey}:${DIGEST_REALM}:${privateKey.reveal()}`)
      .digest('hex')
    return authority.vault.seal(new Secret(ha1), purposeOf(id, algorithm))
  }
  const revealed = privateKey.reveal()
  const privateKeyEnd = UUID.test(revealed) ? revealed.slice(-12) : null
  return { id, publicKey, privateKeyEnd, sealedMd5: await seal('md5'), sealedSha256: await seal('sha256') }
}

/**
 * Adds a digest key to the organization of the transaction.
 *
 * @param at milliseconds since the epoch
 * @throws DomainError `digest_key_taken` when the public key exists in the installation
 */
export async function addDigestKey(
  tx: WriteTx,
  actor: Actor,
  key: PreparedDigestKey,
  content: FirstRoles & { readonly description: string },
  at: number,
): Promise<void> {
  const added = await insertDigestKey(tx, {
    id: key.id,
    public_key: key.publicKey,
    description: content.description,
    ha1_md5: key.sealedMd5,
    ha1_sha256: key.sealedSha256,
    ...firstRoles(content),
    private_key_end: key.privateKeyEnd,
    created_at: at,
  })
  if (!added) throw new DomainError('digest_key_taken')
  await note(tx, actor, 'created', key.id, at)
}

/**
 * Creates a digest key. Its private half is returned this once.
 *
 * @throws DomainError `credential_limit_reached`, `not_found` (the group)
 */
export async function createDigestKey(
  authority: Authority,
  actor: Actor,
  { description, roles, group }: DigestKeyDraft,
): Promise<{ readonly key: DigestKey; readonly privateKey: Secret }> {
  const credential = newDigestCredential()
  const prepared = await prepareDigestKey(authority, credential)
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if ((await listRows(tx)).length >= MOST_DIGEST_KEYS)
      throw new DomainError('credential_limit_reached', { limit: MOST_DIGEST_KEYS })
    await addDigestKey(tx, actor, prepared, { description, roles: [], granted: roles }, at)
    const { publicKey, id, privateKeyEnd } = prepared
    // The caller may give a group's roles by a role in that group, which a new key stands no higher than.
    if (group !== undefined) await joinGroup(tx, actor, { kind: 'digest_key', id, roles: '[]' }, group, at)
    const memberships = group === undefined ? [] : [{ ...group, credentialId: id }]
    const key = { id, publicKey, description, roles, memberships, privateKeyEnd, createdAt: at }
    return { key, privateKey: credential.privateKey }
  })
}

/** The digest keys of the actor's organization in order of creation. */
export function listDigestKeys(authority: Authority, actor: Actor): Promise<DigestKey[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const memberships = Map.groupBy(await listGroupMembers(tx), (member) => member.credential_id)
    return (await listRows(tx)).map((row) => digestKeyOf(row, memberships.get(row.id)?.map(membershipOf)))
  })
}

/** @throws DomainError `not_found` */
export function getDigestKey(authority: Authority, actor: Actor, id: string): Promise<DigestKey> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireDigestKey(tx, id)
    return digestKeyOf(row, (await listGroupMembers(tx, { credentialId: id })).map(membershipOf))
  })
}

/**
 * Changes what is given of a digest key; what is left out stays.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export async function updateDigestKey(
  authority: Authority,
  actor: Actor,
  id: string,
  change: {
    readonly description?: string | undefined
    readonly roles?: readonly OrganizationRole[] | undefined
  },
): Promise<DigestKey> {
  const at = authority.clock.now()
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireDigestKey(tx, id)
    refuseForHigherCredential(actor, row)
    const { description, roles } = change
    if (description !== undefined && description !== row.description) {
      await updateRow(tx, id, { description })
      await note(tx, actor, 'renamed', id, at)
    }
    if (roles !== undefined && !areSameRoles(roles, grantedRolesOf(row))) {
      await updateRow(tx, id, columnsOfRoles(roles, decodeRoles(row.roles)))
      await note(tx, actor, 'roles_changed', id, at, { roles: [...roles] })
    }
  })
  return getDigestKey(authority, actor, id)
}

/**
 * Deletes a digest key: from the next request on it is unknown.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export function deleteDigestKey(authority: Authority, actor: Actor, id: string): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    refuseForHigherCredential(actor, await requireDigestKey(tx, id))
    await deleteGroupMember(tx, id)
    await deleteAccessEntries(tx, id)
    await deleteRow(tx, id)
    await note(tx, actor, 'deleted', id, at)
  })
}

/** @throws DomainError `not_found` where the transaction's organization has no such key */
export async function requireDigestKey(tx: ReadTx, id: string): Promise<DigestKeyRow> {
  const row = await findRow(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'digest_key', id })
  return row
}

/** What an `Authorization: Digest` header is checked against, or `undefined` for an unknown public key. */
export async function findDigestKey(
  authority: Authority,
  publicKey: string,
): Promise<{ readonly actor: Actor; readonly md5: Secret; readonly sha256: Secret } | undefined> {
  const row = await authority.store.read(SYSTEM, (tx) => findDigestKeyAnywhere(tx, publicKey))
  if (row === undefined) return undefined
  const actor: Actor = {
    type: 'digest_key',
    id: row.id,
    name: row.public_key,
    organizationId: row.organization_id,
    roles: decodeRoles(row.roles),
  }
  return {
    actor,
    md5: await authority.vault.open(row.ha1_md5, purposeOf(row.id, 'md5')),
    sha256: await authority.vault.open(row.ha1_sha256, purposeOf(row.id, 'sha256')),
  }
}

async function note(
  tx: WriteTx,
  actor: Actor,
  change: 'created' | 'renamed' | 'roles_changed' | 'deleted',
  id: string,
  at: number,
  data?: { readonly roles: readonly string[] },
): Promise<void> {
  const content = { subject: { digest_key: id }, actor: entryActor(actor) }
  await append(tx, { kind: `digest_key.${change}`, ...content, ...(data !== undefined && { data }) }, at)
}

function digestKeyOf(row: DigestKeyRow, memberships: readonly Membership[] = []): DigestKey {
  return {
    id: row.id,
    publicKey: row.public_key,
    description: row.description,
    roles: grantedRolesOf(row),
    memberships,
    privateKeyEnd: row.private_key_end,
    createdAt: row.created_at,
  }
}

function purposeOf(id: string, algorithm: string): string {
  return `digest_key:${id}:${algorithm}`
}
