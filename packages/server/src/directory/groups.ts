import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { listGroupMembers } from '../store/queries/group-members.ts'
import {
  deleteGroup as deleteRow,
  findGroup,
  findGroupByName,
  type GroupRow,
  insertGroup,
  listGroups as listRows,
  renameGroup as renameRow,
} from '../store/queries/groups.ts'
import { DEFAULT_GROUP } from '../store/tables/groups.ts'
import { type Membership, membershipOf } from './group-members.ts'

/** Groups of one organization. */
export const MOST_GROUPS = 250

/** A project, as Atlas says now: a part of an organization that credentials may be put into. It owns nothing. */
export interface Group {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Adds the group that every organization is created with. */
export function addDefaultGroup(tx: WriteTx, actor: Actor, at: number): Promise<string> {
  return addGroup(tx, actor, DEFAULT_GROUP, at)
}

/** @throws DomainError `group_name_taken`, `group_limit_reached` */
export async function createGroup(authority: Authority, actor: Actor, name: string): Promise<Group> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if ((await listRows(tx)).length >= MOST_GROUPS)
      throw new DomainError('group_limit_reached', { limit: MOST_GROUPS })
    const id = await addGroup(tx, actor, name, at)
    return { id, organizationId: actor.organizationId, name, createdAt: at }
  })
}

/** The groups of the actor's organization in order of creation. */
export async function listGroups(authority: Authority, actor: Actor): Promise<Group[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, listRows)
  return rows.map(groupOf)
}

/** @throws DomainError `not_found` */
export function getGroup(authority: Authority, actor: Actor, id: string): Promise<Group> {
  return authority.store.read({ organizationId: actor.organizationId }, (tx) => requireGroup(tx, id))
}

/** @throws DomainError `not_found`, `group_name_taken` */
export async function renameGroup(
  authority: Authority,
  actor: Actor,
  id: string,
  name: string,
): Promise<Group> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const group = await requireGroup(tx, id)
    if (name === group.name) return group
    if ((await findGroupByName(tx, name)) !== undefined) throw new DomainError('group_name_taken', { name })
    await renameRow(tx, id, name)
    const content = { subject: { group: id }, data: { name }, actor: entryActor(actor) }
    await append(tx, { kind: 'group.renamed', ...content }, at)
    return { ...group, name }
  })
}

/** The credentials that have roles in a group. @throws DomainError `not_found` */
export function membersOf(authority: Authority, actor: Actor, id: string): Promise<Membership[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireGroup(tx, id)
    return (await listGroupMembers(tx, { groupId: id })).map(membershipOf)
  })
}

/**
 * Deletes a group; the credentials in it lose their roles there, and stay.
 *
 * @throws DomainError `not_found`
 */
export function deleteGroup(authority: Authority, actor: Actor, id: string): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if (!(await deleteRow(tx, id))) throw new DomainError('not_found', { type: 'group', id })
    await append(tx, { kind: 'group.deleted', subject: { group: id }, actor: entryActor(actor) }, at)
  })
}

async function addGroup(tx: WriteTx, actor: Actor, name: string, at: number): Promise<string> {
  const id = newObjectId()
  if (!(await insertGroup(tx, { id, name, created_at: at })))
    throw new DomainError('group_name_taken', { name })
  const content = { subject: { group: id }, data: { name }, actor: entryActor(actor) }
  await append(tx, { kind: 'group.created', ...content }, at)
  return id
}

async function requireGroup(tx: ReadTx, id: string): Promise<Group> {
  const row = await findGroup(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'group', id })
  return groupOf(row)
}

function groupOf(row: GroupRow): Group {
  return { id: row.id, organizationId: row.organization_id, name: row.name, createdAt: row.created_at }
}
