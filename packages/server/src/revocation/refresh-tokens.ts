import type { LogIndex } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { requireIssuer } from '../directory/issuer.ts'
import { requireUserRow } from '../directory/users.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, Tables } from '../store/index.ts'
import {
  type ApplicationRow,
  findApplication,
  findApplicationByClientId,
} from '../store/queries/applications.ts'
import type { TokenCursor } from '../store/token-filter.ts'
import { type ShownToken, showTokens, type TokenPage } from '../tokens/shown.ts'
import { recordRevocation } from './record.ts'
import type { RefreshTarget } from './target.ts'

/** Whose refresh tokens are meant. */
export type RefreshScope =
  /** A user by id or login, or `me`; an application by client id. */
  | { readonly user: string; readonly client: string }
  | { readonly application: string }
  /** `issuer` is an authorization server's id. */
  | { readonly issuer: string; readonly client: string }

/** A refresh token that is good now. There is one to a family at a time, so it goes by the family's name. */
export interface RefreshToken {
  readonly family: string
  readonly row: Tables['tokens']
}

export interface RefreshTokenPage {
  readonly items: readonly RefreshToken[]
  readonly next: TokenCursor | null
}

/**
 * The refresh tokens that are good now, newest first. A page may be short, or empty, and go on all the same.
 *
 * @param index of the actor's organization, confirmed for this request
 * @throws DomainError `not_found` where the organization has no such user, application or authorization server
 */
export async function listRefreshTokens(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  scope: RefreshScope,
  page: { readonly limit: number; readonly after?: TokenCursor },
): Promise<RefreshTokenPage> {
  const { filter } = await read(authority, actor, scope)
  const found: TokenPage = await showTokens(
    authority,
    index,
    actor,
    { ...filter, kind: 'refresh', liveAt: authority.clock.now() },
    { statuses: ['active'], ...page },
  )
  return { items: found.items.flatMap(inFamily), next: found.next }
}

/**
 * One of them, by its family.
 *
 * @throws DomainError `not_found` also where it is good no more
 */
export async function findRefreshToken(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  scope: RefreshScope,
  family: string,
): Promise<RefreshToken> {
  const { filter } = await read(authority, actor, scope)
  const { items } = await showTokens(
    authority,
    index,
    actor,
    { ...filter, kind: 'refresh', grant: family },
    { statuses: ['active'], limit: 1 },
  )
  const [token] = items.flatMap(inFamily)
  if (token === undefined) throw new DomainError('not_found', { type: 'refresh_token' })
  return token
}

/**
 * Revokes a refresh token and all that came of it: its family, by one `grant.revoked`.
 *
 * @throws DomainError `not_found` also where it is good no more
 */
export async function revokeRefreshToken(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  scope: RefreshScope,
  family: string,
): Promise<void> {
  const { row } = await findRefreshToken(authority, index, actor, scope, family)
  const target = { type: 'grant', grant: family, expires: row.expires_at } as const
  await authority.store.write(
    { organizationId: actor.organizationId },
    (tx) => recordRevocation(authority, tx, actor, target, { code: 'requested' }),
    'urgent',
  )
}

/**
 * Revokes all of them by one `refresh.revoked`, how many there may be, none included: some may be on their way.
 * Access tokens that came with them are void; those issued without a refresh token stay good.
 *
 * @throws DomainError `not_found` where the organization has no such user, application or authorization server
 */
export async function revokeRefreshTokens(
  authority: Authority,
  actor: Actor,
  scope: RefreshScope,
): Promise<void> {
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const { target } = await resolve(authority, tx, actor, scope)
      return recordRevocation(authority, tx, actor, target, { code: 'requested' })
    },
    'urgent',
  )
}

interface Resolved {
  readonly filter: { readonly client: string; readonly user?: string; readonly issuer?: string }
  readonly target: RefreshTarget
}

function read(authority: Authority, actor: Actor, scope: RefreshScope): Promise<Resolved> {
  return authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    resolve(authority, tx, actor, scope),
  )
}

async function resolve(
  authority: Authority,
  tx: ReadTx,
  actor: Actor,
  scope: RefreshScope,
): Promise<Resolved> {
  if ('application' in scope) {
    const application = await findApplication(tx, scope.application)
    const client = found(application, scope.application).client_id
    return { filter: { client }, target: { type: 'refresh', client } }
  }
  const client = found(await findApplicationByClientId(tx, scope.client), scope.client).client_id
  if ('user' in scope) {
    const user = (await requireUserRow(tx, actor, scope.user)).id
    return { filter: { client, user }, target: { type: 'refresh', client, user } }
  }
  const { id: issuer, url } = await requireIssuer(authority, tx, scope.issuer)
  return { filter: { client, issuer }, target: { type: 'refresh', client, issuer: url } }
}

function found(row: ApplicationRow | undefined, id: string): ApplicationRow {
  if (row === undefined) throw new DomainError('not_found', { type: 'application', id })
  return row
}

/** A refresh token without a family cannot be; were there one, it would have no name here. */
function inFamily({ row }: ShownToken): RefreshToken[] {
  return row.grant_id === null ? [] : [{ family: row.grant_id, row }]
}
