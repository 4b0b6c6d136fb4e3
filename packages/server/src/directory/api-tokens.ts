import { createHash, randomBytes } from 'node:crypto'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append, refuseHalted } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM, type WriteTx } from '../store/index.ts'
import {
  type ApiTokenPage,
  type ApiTokenRow,
  deleteApiToken,
  findApiToken,
  findApiTokenVerifier,
  findPresentedApiToken,
  insertApiToken,
  listApiTokens as listApiTokenRows,
  noteApiTokenUse,
  type PresentedApiToken,
} from '../store/queries/api-tokens.ts'
import { findUser } from '../store/queries/users.ts'
import { readRoles } from './roles-of-users.ts'
import { readScramVerifier, type ScramVerifier, scramVerifier } from './scram-verifier.ts'
import { ENABLED_STATUSES } from './users-status.ts'

/** How far behind `lastUsedAt` may be, in milliseconds: a busy token is written once in this time. */
const USE_RESOLUTION = 60_000

/** An API token, without its value. Times are milliseconds since the epoch. */
export interface ApiToken {
  readonly id: string
  readonly name: string
  /** The owner. */
  readonly userId: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

export interface ApiTokenDraft {
  readonly name: string
  /** Milliseconds since the epoch; it never expires when absent. */
  readonly expiresAt?: number
  /** The owner, for the authority itself; everybody else makes tokens for themselves. */
  readonly userId?: string
  /** A value to import at the first start instead of a new one. */
  readonly value?: Secret
}

/**
 * Creates an API token that acts for a user. Its value is returned this once and kept nowhere: the row has its
 * SHA-256. A slow hash would protect a value that can be guessed; this one has 256 random bits.
 *
 * @throws DomainError `api_token_without_owner`, `not_found` (the owner), `api_token_taken`, `log_halted`
 */
export function createApiToken(
  authority: Authority,
  actor: Actor,
  draft: ApiTokenDraft,
): Promise<{ readonly token: ApiToken; readonly value: Secret }> {
  return authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    addApiToken(tx, actor, draft, authority.clock.now()),
  )
}

/** `createApiToken` inside a transaction: for what makes a token together with its owner. */
export async function addApiToken(
  tx: WriteTx,
  actor: Actor,
  draft: ApiTokenDraft,
  at: number,
): Promise<{ readonly token: ApiToken; readonly value: Secret }> {
  const userId = actor.type === 'system' ? draft.userId : actor.userId
  // A token for somebody else would be a way to that user's roles.
  if (userId === undefined || (draft.userId ?? userId) !== userId)
    throw new DomainError('api_token_without_owner')
  await refuseHalted(tx)
  const owner = await findUser(tx, userId)
  if (owner === undefined) throw new DomainError('not_found', { type: 'user', id: userId })
  const value = draft.value ?? new Secret(`00${randomBytes(32).toString('base64url')}`)
  const id = newId('00T')
  const { incarnation, seq } = await append(
    tx,
    { kind: 'api_token.created', subject: { api_token: id, user: userId }, actor: entryActor(actor) },
    at,
  )
  const row: Omit<ApiTokenRow, 'organization_id'> = {
    id,
    name: draft.name,
    token_hash: hashOf(value),
    scram_verifier: scramVerifier(value),
    user_id: userId,
    created_at: at,
    expires_at: draft.expiresAt ?? null,
    last_used_at: null,
    incarnation,
    seq,
  }
  if (!(await insertApiToken(tx, row))) throw new DomainError('api_token_taken')
  return { token: apiTokenOf(row), value }
}

/**
 * Who presents an API token: its owner, with the roles that the owner has now. `undefined` for a value that is
 * unknown, expired or revoked, for an owner who is not enabled, and where the owner or the organization was revoked
 * after the token was made: what carries authority passes standing whenever it is used. The look-up is by hash: comparing takes
 * no time that a guess could learn from.
 */
export function authenticateApiToken(authority: Authority, presented: Secret): Promise<Actor | undefined> {
  return standingOf(authority, referenceTo(presented))
}

/** Which token somebody proved to have, without its value: for connections that outlive the proof. */
export type ApiTokenReference = string & { readonly __apiToken: unique symbol }

export function referenceTo(presented: Secret): ApiTokenReference {
  return hashOf(presented) as ApiTokenReference
}

/**
 * By what the value of a token can be proved without sending it.
 *
 * @returns undefined for an unknown token; no `verifier` for one that was made before there were any
 */
export async function findVerifier(
  authority: Authority,
  id: string,
): Promise<{ readonly reference: ApiTokenReference; readonly verifier?: ScramVerifier } | undefined> {
  const row = await authority.store.read(SYSTEM, (tx) => findApiTokenVerifier(tx, id))
  if (row === undefined) return undefined
  const reference = row.token_hash as ApiTokenReference
  if (row.scram_verifier === null) return { reference }
  return { reference, verifier: readScramVerifier(row.scram_verifier) }
}

/** `authenticateApiToken` again, at any later time. */
export async function standingOf(
  authority: Authority,
  reference: ApiTokenReference,
): Promise<Actor | undefined> {
  const now = authority.clock.now()
  const found = await authority.store.read(SYSTEM, (tx) => findPresentedApiToken(tx, reference))
  if (found === undefined || !hasStanding(found, now)) return undefined
  const { token, owner } = found
  if ((token.last_used_at ?? 0) + USE_RESOLUTION <= now) noteUse(authority, token, now)
  return {
    type: 'api_token',
    id: token.id,
    name: owner.login,
    organizationId: token.organization_id,
    roles: readRoles(owner.roles),
    userId: token.user_id,
  }
}

/** API tokens of the actor's organization in order of creation, one more than the limit where there is a next page. */
export async function listApiTokens(
  authority: Authority,
  actor: Actor,
  page: ApiTokenPage,
): Promise<ApiToken[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listApiTokenRows(tx, { ...page, limit: page.limit + 1 }),
  )
  return rows.map(apiTokenOf)
}

/** @throws DomainError `not_found` */
export async function getApiToken(authority: Authority, actor: Actor, id: string): Promise<ApiToken> {
  const row = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    findApiToken(tx, id),
  )
  if (row === undefined) throw new DomainError('not_found', { type: 'api_token', id })
  return apiTokenOf(row)
}

/**
 * Revokes an API token: from the next request on it is unknown.
 *
 * @throws DomainError `not_found`
 */
export function revokeApiToken(authority: Authority, actor: Actor, id: string): Promise<void> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const revoked = await deleteApiToken(tx, id)
    if (revoked === undefined) throw new DomainError('not_found', { type: 'api_token', id })
    const subject = { api_token: id, user: revoked.user_id }
    await append(tx, { kind: 'api_token.revoked', subject, actor: entryActor(actor) }, at)
  })
}

function hasStanding({ token, owner, incarnation, cutoffs }: PresentedApiToken, now: number): boolean {
  if (token.incarnation < incarnation) return false
  if (token.expires_at !== null && token.expires_at <= now) return false
  if (!ENABLED_STATUSES.some((status) => status === owner.status)) return false
  return cutoffs.every((cutoff) =>
    token.incarnation === cutoff.incarnation
      ? token.seq > cutoff.seq
      : token.incarnation > cutoff.incarnation,
  )
}

/**
 * Not awaited: a request is not made to wait for, nor fail with, a note about itself. Notes that fall together
 * share one commit.
 */
function noteUse(authority: Authority, token: ApiTokenRow, at: number): void {
  authority.store
    .write({ organizationId: token.organization_id }, (tx) => noteApiTokenUse(tx, token.id, at))
    .catch((cause: unknown) => authority.logger.warn({ err: cause }, 'the use of an API token was not noted'))
}

function hashOf(value: Secret): string {
  return createHash('sha256').update(value.reveal()).digest('hex')
}

function apiTokenOf(row: Omit<ApiTokenRow, 'organization_id'>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    userId: row.user_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}
