import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import {
  deleteScope as deleteRow,
  findScope,
  insertScopes,
  listScopes as listRows,
  updateScope,
} from '../store/queries/scopes.ts'
import type { Scopes } from '../store/tables/authorization-servers.ts'
import { authorizationServerNotFound } from './authorization-server.ts'
import { customIssuerUrl } from './issuer.ts'

export const SCOPE_CONSENTS = ['REQUIRED', 'IMPLICIT', 'FLEXIBLE'] as const
export const SCOPE_PUBLICATIONS = ['ALL_CLIENTS', 'NO_CLIENTS'] as const

/** What a client may ask an authorization server for (RFC 6749 section 3.3). */
export interface ScopeSettings {
  readonly name: string
  readonly displayName: string | null
  readonly description: string
  readonly consent: (typeof SCOPE_CONSENTS)[number]
  /** Whether discovery documents name it. */
  readonly metadataPublish: (typeof SCOPE_PUBLICATIONS)[number]
  /** Granted to a request that names no scope. */
  readonly isDefault: boolean
  readonly optional: boolean
}

export interface Scope extends ScopeSettings {
  readonly id: string
  readonly authorizationServerId: string
  /** Came with the authorization server: cannot be changed, except whether it is published, nor deleted. */
  readonly system: boolean
}

/** In order of creation. @throws DomainError not_found */
export async function listScopes(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
): Promise<Scope[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    return (await listRows(tx, authorizationServerId)).map(readScope)
  })
}

/** @throws DomainError not_found */
export async function getScope(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<Scope> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    return readScope(await requireScope(tx, authorizationServerId, id))
  })
}

/** @throws DomainError not_found, scope_name_taken */
export async function createScope(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  settings: ScopeSettings,
): Promise<Scope> {
  const now = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    await requireFreeName(tx, authorizationServerId, settings.name)
    const row = {
      id: newId('scp'),
      authorization_server_id: authorizationServerId,
      ...columns(settings),
      is_system: 0,
      created_at: now,
      updated_at: now,
    }
    await insertScopes(tx, [row])
    const scope = readScope(row)
    await record(authority, tx, actor, 'scope.created', scope)
    return scope
  })
}

/** @throws DomainError not_found, scope_name_taken, scope_is_system */
export async function replaceScope(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
  settings: ScopeSettings,
): Promise<Scope> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    const before = await requireScope(tx, authorizationServerId, id)
    if (before.is_system === 1 && settings.name !== before.name) throw new DomainError('scope_is_system')
    await requireFreeName(tx, authorizationServerId, settings.name, id)
    const change = { ...columns(settings), updated_at: authority.clock.now() }
    await updateScope(tx, id, change)
    const scope = readScope({ ...before, ...change })
    await record(authority, tx, actor, 'scope.updated', scope)
    return scope
  })
}

/** @throws DomainError not_found, scope_is_system */
export async function deleteScope(
  authority: Authority,
  actor: Actor,
  authorizationServerId: string,
  id: string,
): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    await requireServer(tx, authorizationServerId)
    const row = await requireScope(tx, authorizationServerId, id)
    if (row.is_system === 1) throw new DomainError('scope_is_system')
    await deleteRow(tx, id)
    await record(authority, tx, actor, 'scope.deleted', readScope(row))
  })
}

/** The scopes of OpenID Connect Core sections 5.4 and 11, which every authorization server has. */
const SYSTEM_SCOPES: readonly (readonly [name: string, displayName: string, consent: Scopes['consent']])[] = [
  ['openid', 'Sign in', 'IMPLICIT'],
  ['profile', 'Name and profile', 'IMPLICIT'],
  ['email', 'Email address', 'IMPLICIT'],
  ['address', 'Postal address', 'IMPLICIT'],
  ['phone', 'Phone number', 'IMPLICIT'],
  ['offline_access', 'Access while you are away', 'IMPLICIT'],
]

export function systemScopes(authorizationServerId: string, now: number): Omit<Scopes, 'organization_id'>[] {
  return SYSTEM_SCOPES.map(([name, display_name, consent]) => ({
    id: newId('scp'),
    authorization_server_id: authorizationServerId,
    name,
    display_name,
    description: display_name,
    consent,
    metadata_publish: 'ALL_CLIENTS',
    is_default: 0,
    optional: 0,
    is_system: 1,
    created_at: now,
    updated_at: now,
  }))
}

function columns(settings: ScopeSettings) {
  return {
    name: settings.name,
    display_name: settings.displayName,
    description: settings.description,
    consent: settings.consent,
    metadata_publish: settings.metadataPublish,
    is_default: Number(settings.isDefault),
    optional: Number(settings.optional),
  }
}

function readScope(row: Omit<Scopes, 'organization_id'>): Scope {
  return {
    id: row.id,
    authorizationServerId: row.authorization_server_id,
    name: row.name,
    displayName: row.display_name,
    description: row.description,
    consent: row.consent,
    metadataPublish: row.metadata_publish,
    isDefault: row.is_default === 1,
    optional: row.optional === 1,
    system: row.is_system === 1,
  }
}

async function record(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  kind: 'scope.created' | 'scope.updated' | 'scope.deleted',
  scope: Scope,
): Promise<void> {
  const { id, authorizationServerId, name, displayName, description, consent, metadataPublish } = scope
  const { isDefault, optional } = scope
  await append(
    tx,
    {
      kind,
      subject: {
        scope: id,
        issuer: customIssuerUrl(authority, authorizationServerId),
        authorization_server: authorizationServerId,
      },
      actor: entryActor(actor),
      data: { name, displayName, description, consent, metadataPublish, isDefault, optional },
    },
    authority.clock.now(),
  )
}

async function requireServer(tx: ReadTx, id: string): Promise<void> {
  if ((await findAuthorizationServer(tx, id)) === undefined) throw authorizationServerNotFound(id)
}

async function requireScope(tx: ReadTx, authorizationServerId: string, id: string): Promise<Scopes> {
  const scope = await findScope(tx, authorizationServerId, id)
  if (scope === undefined) throw new DomainError('not_found', { type: 'scope', id })
  return scope
}

async function requireFreeName(
  tx: ReadTx,
  authorizationServerId: string,
  name: string,
  except?: string,
): Promise<void> {
  const scopes = await listRows(tx, authorizationServerId)
  if (scopes.some((scope) => scope.name === name && scope.id !== except))
    throw new DomainError('scope_name_taken', { name })
}
