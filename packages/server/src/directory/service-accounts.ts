import type { Position } from '@rescind/core/log'
import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append, head } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { SYSTEM, type WriteTx } from '../store/index.ts'
import { deleteAccessEntries } from '../store/queries/access-lists.ts'
import { deleteGroupMember } from '../store/queries/group-members.ts'
import {
  deleteServiceAccountSecrets,
  listServiceAccountSecrets,
  noteSecretUse,
} from '../store/queries/service-account-secrets.ts'
import {
  deleteServiceAccount as deleteRow,
  findServiceAccountBySecret,
  insertServiceAccount,
  listServiceAccounts as listRows,
  type ServiceAccountRow,
  updateServiceAccount as updateRow,
} from '../store/queries/service-accounts.ts'
import { deleteServiceTokens } from '../store/queries/service-tokens.ts'
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
import { joinGroup } from './group-members.ts'
import { decodeRoles } from './roles.ts'
import { requireServiceAccountRow } from './service-account-rows.ts'
import {
  addSecret,
  expiryAfter,
  hashOfSecret,
  type NewServiceAccountSecret,
  newServiceAccountSecret,
  type ServiceAccountSecret,
  secretOf,
} from './service-account-secrets.ts'

/** Service accounts of one organization. */
export const MOST_SERVICE_ACCOUNTS = 200

export interface ServiceAccountCredential {
  /** `mdb_sa_id_` and 24 hexadecimal characters. */
  readonly clientId: string
  /** `mdb_sa_sk_` and 40 base64url characters when generated. */
  readonly clientSecret: Secret
}

/** A client of the Atlas Administration API, with its secrets but not their values. Times: milliseconds. */
export interface ServiceAccount {
  readonly clientId: string
  readonly name: string
  readonly description: string
  readonly roles: readonly OrganizationRole[]
  readonly secrets: readonly ServiceAccountSecret[]
  readonly createdAt: number
}

export interface ServiceAccountDraft {
  readonly name: string
  readonly description: string
  readonly roles: readonly OrganizationRole[]
}

/** A group to put a new account into. */
export interface FirstGroup {
  readonly groupId: string
  readonly roles: readonly GroupRole[]
}

export function newServiceAccountCredential(): ServiceAccountCredential {
  return { clientId: `mdb_sa_id_${newObjectId()}`, clientSecret: newServiceAccountSecret() }
}

/**
 * Adds a service account with its first secret to the organization of the transaction.
 *
 * @param at milliseconds since the epoch
 * @throws DomainError `service_account_taken` when the client id exists in the installation
 */
export async function addServiceAccount(
  tx: WriteTx,
  actor: Actor,
  { clientId, clientSecret }: ServiceAccountCredential,
  content: FirstRoles & {
    readonly name: string
    readonly description: string
    /** Milliseconds since the epoch; left out: the secret does not expire. */
    readonly secretExpiresAt?: number
  },
  at: number,
): Promise<NewServiceAccountSecret> {
  const added = await insertServiceAccount(tx, {
    client_id: clientId,
    name: content.name,
    description: content.description,
    ...firstRoles(content),
    created_at: at,
  })
  if (!added) throw new DomainError('service_account_taken')
  const secret = await addSecret(tx, clientId, content.secretExpiresAt ?? null, at, clientSecret)
  await note(tx, actor, 'created', clientId, at)
  return secret
}

/**
 * Creates a service account with its first secret, whose value is returned this once.
 *
 * @throws DomainError `credential_limit_reached`, `secret_lifetime_refused`, `not_found` (the group)
 */
export function createServiceAccount(
  authority: Authority,
  actor: Actor,
  { name, description, roles }: ServiceAccountDraft,
  secretHours: number,
  group?: FirstGroup,
): Promise<{ readonly account: ServiceAccount; readonly secret: NewServiceAccountSecret }> {
  const at = authority.clock.now()
  const credential = newServiceAccountCredential()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if ((await listRows(tx)).length >= MOST_SERVICE_ACCOUNTS)
      throw new DomainError('credential_limit_reached', { limit: MOST_SERVICE_ACCOUNTS })
    const secretExpiresAt = await expiryAfter(tx, secretHours, at)
    const content = { name, description, roles: [], granted: roles, secretExpiresAt }
    const secret = await addServiceAccount(tx, actor, credential, content, at)
    const { clientId } = credential
    const member = { kind: 'service_account', id: clientId, roles: '[]' } as const
    if (group !== undefined) await joinGroup(tx, actor, member, group, at)
    return { account: { clientId, name, description, roles, secrets: [secret], createdAt: at }, secret }
  })
}

/** The service accounts of the actor's organization in order of creation. */
export function listServiceAccounts(authority: Authority, actor: Actor): Promise<ServiceAccount[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const secrets = Map.groupBy(await listServiceAccountSecrets(tx), (secret) => secret.client_id)
    return (await listRows(tx)).map((row) => accountOf(row, secrets.get(row.client_id)?.map(secretOf)))
  })
}

/** @throws DomainError `not_found` */
export function getServiceAccount(
  authority: Authority,
  actor: Actor,
  clientId: string,
): Promise<ServiceAccount> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireServiceAccountRow(tx, clientId)
    return accountOf(row, (await listServiceAccountSecrets(tx, clientId)).map(secretOf))
  })
}

/**
 * Changes what is given of a service account; what is left out stays. Roles are read whenever a token is used.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export async function updateServiceAccount(
  authority: Authority,
  actor: Actor,
  clientId: string,
  change: { readonly [Name in keyof ServiceAccountDraft]?: ServiceAccountDraft[Name] | undefined },
): Promise<ServiceAccount> {
  const at = authority.clock.now()
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireServiceAccountRow(tx, clientId)
    refuseForHigherCredential(actor, row)
    const { name = row.name, description = row.description, roles } = change
    if (name !== row.name || description !== row.description) {
      await updateRow(tx, clientId, { name, description })
      await note(tx, actor, 'renamed', clientId, at)
    }
    if (roles !== undefined && !areSameRoles(roles, grantedRolesOf(row))) {
      await updateRow(tx, clientId, columnsOfRoles(roles, decodeRoles(row.roles)))
      await note(tx, actor, 'roles_changed', clientId, at, { roles: [...roles] })
    }
  })
  return getServiceAccount(authority, actor, clientId)
}

/**
 * Deletes a service account with its secrets: its tokens are void from now on.
 *
 * @throws DomainError `not_found`, `permission_denied`
 */
export function deleteServiceAccount(authority: Authority, actor: Actor, clientId: string): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    refuseForHigherCredential(actor, await requireServiceAccountRow(tx, clientId))
    await deleteServiceTokens(tx, clientId)
    await deleteGroupMember(tx, clientId)
    await deleteAccessEntries(tx, clientId)
    await deleteServiceAccountSecrets(tx, clientId)
    await deleteRow(tx, clientId)
    await note(tx, actor, 'deleted', clientId, at)
  })
}

/** A service account that has shown a good secret. */
export interface AuthenticatedServiceAccount {
  readonly actor: Actor
  /** Read in the same snapshot as the account: what is made of it carries this `pos`. */
  readonly position: Position
}

/** Who presents these client credentials, or `undefined` when they are unknown or expired. */
export async function authenticateServiceAccount(
  authority: Authority,
  { clientId, clientSecret }: ServiceAccountCredential,
): Promise<AuthenticatedServiceAccount | undefined> {
  const now = authority.clock.now()
  const found = await authority.store.read(SYSTEM, async (tx) => {
    const row = await findServiceAccountBySecret(tx, clientId, hashOfSecret(clientSecret), now)
    return row && { row, position: (await head(tx, row.organization_id)).position }
  })
  if (found === undefined) return undefined
  const { row, position } = found
  const { organization_id: organizationId } = row
  authority.store
    .write({ organizationId }, (tx) => noteSecretUse(tx, row.secret_id, now))
    .catch((cause: unknown) => authority.logger.warn({ err: cause }, 'the use of a secret was not noted'))
  return { actor: serviceAccountActor(row), position }
}

/** A service account as it acts: with the roles that it has now. */
export function serviceAccountActor(row: ServiceAccountRow): Actor {
  return {
    type: 'service_account',
    id: row.client_id,
    name: row.name,
    organizationId: row.organization_id,
    roles: decodeRoles(row.roles),
  }
}

async function note(
  tx: WriteTx,
  actor: Actor,
  change: 'created' | 'renamed' | 'roles_changed' | 'deleted',
  clientId: string,
  at: number,
  data?: { readonly roles: readonly string[] },
): Promise<void> {
  const content = { subject: { service_account: clientId }, actor: entryActor(actor) }
  await append(tx, { kind: `service_account.${change}`, ...content, ...(data !== undefined && { data }) }, at)
}

function accountOf(row: ServiceAccountRow, secrets: readonly ServiceAccountSecret[] = []): ServiceAccount {
  return {
    clientId: row.client_id,
    name: row.name,
    description: row.description,
    roles: grantedRolesOf(row),
    secrets,
    createdAt: row.created_at,
  }
}
