import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append, findEntryAbout } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import {
  deleteApi as deleteRow,
  findApi,
  findApiByIdentifier,
  insertApi,
  listApis as listRows,
  updateApi,
} from '../store/queries/apis.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import type { Apis } from '../store/tables/apis.ts'
import { ACCESS_TOKEN_LIFETIME, type Api, apiNotFound, readApi, type TokenFormat } from './api.ts'
import { type AuthorizationServer, authorizationServerNotFound } from './authorization-server.ts'

export type { Api } from './api.ts'

export interface ApiSettings {
  /** The audience: an absolute URI (RFC 8707 section 2). */
  readonly identifier: string
  readonly name: string
  /** Names of scopes that a client may ask for this API; empty means those of its authorization server. */
  readonly scopes: readonly string[]
  readonly tokenFormat: TokenFormat
  readonly authorizationServerId: string
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** True unless told. */
  readonly enabled?: boolean
  /** False unless told. */
  readonly statusList?: boolean
}

/**
 * Registers an API.
 *
 * @throws DomainError not_found (its authorization server), api_identifier_taken
 */
export async function createApi(authority: Authority, actor: Actor, settings: ApiSettings): Promise<Api> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const server = await findAuthorizationServer(tx, settings.authorizationServerId)
    if (server === undefined) throw authorizationServerNotFound(settings.authorizationServerId)
    const api = await insert(authority, tx, actor, settings)
    if (api === undefined) throw new DomainError('api_identifier_taken')
    return api
  })
}

/**
 * Replaces the settings of an API. Its identifier stays what it is: tokens carry it. What follows from its being
 * enabled or disabled is the caller's to write, in the same transaction.
 *
 * @throws DomainError not_found
 */
export async function replaceApiIn(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  id: string,
  settings: ApiSettings,
): Promise<{ readonly before: Api; readonly after: Api }> {
  const row = await findApi(tx, id)
  if (row === undefined) throw apiNotFound(id)
  if (settings.identifier !== row.identifier)
    throw new DomainError('invalid_request', {
      about: 'identifier',
      cause: 'The identifier cannot change.',
    })
  const server = await findAuthorizationServer(tx, settings.authorizationServerId)
  if (server === undefined) throw authorizationServerNotFound(settings.authorizationServerId)
  const change = { ...columns(settings), updated_at: authority.clock.now() }
  await updateApi(tx, id, change)
  const after = readApi({ ...row, ...change })
  await record(authority, tx, actor, 'api.updated', after)
  return { before: readApi(row), after }
}

/** @throws DomainError not_found */
export async function getApi(authority: Authority, actor: Actor, id: string): Promise<Api> {
  const row = await authority.store.read({ organizationId: actor.organizationId }, (tx) => findApi(tx, id))
  if (row === undefined) throw apiNotFound(id)
  return readApi(row)
}

/**
 * A page in order of id.
 *
 * @param page.after the id behind which it begins
 * @returns at most `limit` APIs, and the id to go on after while there are more
 */
export async function listApis(
  authority: Authority,
  actor: Actor,
  page: { readonly after?: string; readonly limit: number },
): Promise<{ readonly items: readonly Api[]; readonly next: string | null }> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listRows(tx, page),
  )
  const items = rows.slice(0, page.limit).map(readApi)
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** The API whose tokens have this audience. */
export async function findApiOfAudience(
  authority: Authority,
  organizationId: string,
  audience: string,
): Promise<Api | undefined> {
  const row = await authority.store.read({ organizationId }, (tx) => findApiByIdentifier(tx, audience))
  return row && readApi(row)
}

/**
 * Sees to it that each audience of an authorization server is an API too. One that another authorization server
 * brought in is shared: an API is its audience, whoever issues for it. An audience that is given up stays an API,
 * because its tokens live on; it is deleted by itself.
 */
export async function nameApisOfAudiences(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  server: AuthorizationServer,
): Promise<void> {
  for (const identifier of server.audiences) {
    await insert(authority, tx, actor, {
      identifier,
      name: server.name,
      scopes: [],
      tokenFormat: 'jwt',
      authorizationServerId: server.id,
      accessTokenLifetime: ACCESS_TOKEN_LIFETIME.usual,
    })
  }
}

/**
 * Removes the row of an API and records it; whoever calls revokes its tokens in the same transaction.
 */
export async function removeApi(authority: Authority, tx: WriteTx, actor: Actor, api: Api): Promise<void> {
  await deleteRow(tx, api.id)
  await record(authority, tx, actor, 'api.deleted', api)
}

/** Makes another authorization server the one that issues for an API. */
export async function handOverApi(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  row: Apis,
  authorizationServerId: string,
): Promise<void> {
  const change = { authorization_server_id: authorizationServerId, updated_at: authority.clock.now() }
  await updateApi(tx, row.id, change)
  await record(authority, tx, actor, 'api.updated', readApi({ ...row, ...change }))
}

async function insert(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  settings: ApiSettings,
): Promise<Api | undefined> {
  const now = authority.clock.now()
  const row = {
    id: newId('api'),
    identifier: settings.identifier,
    ...columns(settings),
    created_at: now,
    updated_at: now,
  }
  if (!(await insertApi(tx, row))) return undefined
  const api = readApi(row)
  await record(authority, tx, actor, 'api.created', api)
  await settleBlock(authority, tx, actor, api)
  return api
}

/** A new API may have the identifier of one that was deleted while it was disabled, which is blocked to this day. */
async function settleBlock(authority: Authority, tx: WriteTx, actor: Actor, api: Api): Promise<void> {
  const subject = { resource: api.identifier }
  const at = authority.clock.now()
  const entry = { subject, actor: entryActor(actor), cause: 'api.created' }
  if (!api.enabled) await append(tx, { kind: 'resource.blocked', ...entry }, at)
  else if ((await findEntryAbout(tx, 'resource.blocked', subject)) !== undefined)
    await append(tx, { kind: 'resource.unblocked', ...entry }, at)
}

function columns(settings: ApiSettings) {
  return {
    name: settings.name,
    scopes: JSON.stringify(settings.scopes),
    token_format: settings.tokenFormat,
    authorization_server_id: settings.authorizationServerId,
    access_token_lifetime: settings.accessTokenLifetime,
    enabled: settings.enabled === false ? 0 : 1,
    status_list: settings.statusList === true ? 1 : 0,
  }
}

async function record(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  kind: 'api.created' | 'api.updated' | 'api.deleted',
  api: Api,
): Promise<void> {
  const { name, scopes, tokenFormat, accessTokenLifetime, enabled, statusList } = api
  await append(
    tx,
    {
      kind,
      subject: { api: api.id, resource: api.identifier, authorization_server: api.authorizationServerId },
      actor: entryActor(actor),
      data: { name, scopes, tokenFormat, accessTokenLifetime, enabled, statusList },
    },
    authority.clock.now(),
  )
}
