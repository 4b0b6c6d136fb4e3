import { formatPosition, type LogIndex, type Position } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { issuerUrlOf } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { type LoggedEntry, readEntries } from '../log/index.ts'
import type { ReadTx, Tables } from '../store/index.ts'
import { findToken, findTokenByHandle, listTokens } from '../store/queries/tokens.ts'
import type { TokenCursor, TokenFilter } from '../store/token-filter.ts'
import { standingOf } from './judging.ts'
import { rowArtefact, scanTokens } from './ledger.ts'
import { readPresented } from './presented.ts'

/** What a token is worth now. `used`: a refresh token that has a successor. */
export const TOKEN_STATUSES = ['active', 'revoked', 'blocked', 'used', 'expired'] as const
export type TokenStatus = (typeof TOKEN_STATUSES)[number]

/** A token as a person may see it: all of it but its value. */
export interface ShownToken {
  readonly row: Tables['tokens']
  readonly status: TokenStatus
  /** The entry that voids it. */
  readonly revokedBy: Position | null
}

export interface TokenPage {
  readonly items: readonly ShownToken[]
  readonly next: TokenCursor | null
}

/** Rows looked at for one page where a status is asked for: a page may then be short, and `next` goes on. */
const SCAN_LIMIT = 2_000

/**
 * A page of the ledger, newest first, each token with its standing. A status narrows the page after the rows were
 * judged, because a status is no column: it follows from the log.
 *
 * @param index of the actor's organization, confirmed for this request
 */
export async function showTokens(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  filter: TokenFilter,
  { statuses, limit, after }: { statuses?: readonly TokenStatus[]; limit: number; after?: TokenCursor },
): Promise<TokenPage> {
  const show = shower(authority, index)
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const items: ShownToken[] = []
    let cursor = after
    for (let scanned = 0; scanned < SCAN_LIMIT; ) {
      const wanted = statuses === undefined ? limit + 1 - items.length : Math.min(500, SCAN_LIMIT - scanned)
      const rows = await listTokens(tx, filter, wanted, cursor)
      scanned += rows.length
      for (const row of rows) {
        if (items.length === limit) return { items, next: cursor ?? null }
        const shown = await show(tx, row)
        if (statuses === undefined || statuses.includes(shown.status)) items.push(shown)
        cursor = { issuedAt: row.issued_at, id: row.id }
      }
      if (rows.length < wanted) return { items, next: null }
    }
    return { items, next: cursor ?? null }
  })
}

/** Rows judged to count tokens; more are not worth the wait. */
const MOST_COUNTED = 10_000

/**
 * How many tokens a filter means that have one of these standings now.
 *
 * @returns `exact` false where there are too many rows to judge: then there are at least so many
 */
export async function countShown(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  filter: TokenFilter,
  statuses?: readonly TokenStatus[],
): Promise<{ readonly count: number; readonly exact: boolean }> {
  const show = shower(authority, index)
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    let [count, judged] = [0, 0]
    for await (const rows of scanTokens(tx, filter, 1_000)) {
      for (const row of rows)
        if (statuses === undefined || statuses.includes((await show(tx, row)).status)) count += 1
      judged += rows.length
      if (judged >= MOST_COUNTED) return { count, exact: false }
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { count, exact: true }
  })
}

/** Why a token is, or is not, good. */
export interface Explanation {
  readonly token: ShownToken
  readonly standing: string
  /** Which rule of standing voids it. */
  readonly rule: string | null
  readonly entry: LoggedEntry | null
}

/**
 * Tells of a token, presented or named, what it is worth and by which entry: who, when, why.
 *
 * @throws DomainError `not_found` where the ledger has no such token of the organization
 */
export async function explainToken(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  asked: { readonly token: string } | { readonly id: string },
): Promise<Explanation> {
  const show = shower(authority, index)
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await lookUp(tx, asked)
    if (row === undefined) throw new DomainError('not_found', { type: 'token' })
    const token = await show(tx, row)
    const entry = token.revokedBy === null ? null : await entryAt(tx, token.revokedBy)
    return { token, standing: token.status, rule: await ruleOf(authority, tx, index, row), entry }
  })
}

/** One token of the actor's organization. @throws DomainError `not_found` */
export async function showToken(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  id: string,
): Promise<ShownToken> {
  return (await explainToken(authority, index, actor, { id })).token
}

async function lookUp(
  tx: ReadTx,
  asked: { readonly token: string } | { readonly id: string },
): Promise<Tables['tokens'] | undefined> {
  if ('id' in asked) return findToken(tx, asked.id)
  const name = readPresented(asked.token)
  return 'jti' in name ? findToken(tx, name.jti) : findTokenByHandle(tx, name.handle)
}

async function ruleOf(
  authority: Authority,
  tx: ReadTx,
  index: LogIndex,
  row: Tables['tokens'],
): Promise<string | null> {
  const verdict = standingOf(rowArtefact(row, await issuerUrlOf(authority, tx, row.issuer_id)), index)
  if (verdict.standing === 'revoked') return verdict.rule
  return verdict.standing === 'blocked' ? verdict.subject : null
}

function shower(
  authority: Authority,
  index: LogIndex,
): (tx: ReadTx, row: Tables['tokens']) => Promise<ShownToken> {
  const urls = new Map<string, string>()
  const now = authority.clock.now()
  return async (tx, row) => {
    const url = urls.get(row.issuer_id) ?? (await issuerUrlOf(authority, tx, row.issuer_id))
    urls.set(row.issuer_id, url)
    const verdict = standingOf(rowArtefact(row, url), index)
    switch (verdict.standing) {
      case 'active':
        return { row, status: statusInTime(row, now), revokedBy: null }
      case 'revoked':
        return {
          row,
          status: 'revoked',
          revokedBy: verdict.by === undefined ? null : { log: index.log, ...verdict.by },
        }
      case 'blocked':
        return { row, status: 'blocked', revokedBy: { log: index.log, ...verdict.by } }
      default:
        // The ledger was read at or before what the index knows, so nothing of it can be ahead.
        throw new DomainError('store_unavailable')
    }
  }
}

function statusInTime(row: Tables['tokens'], now: number): TokenStatus {
  if (row.expires_at <= now) return 'expired'
  return row.consumed_at === null ? 'active' : 'used'
}

async function entryAt(tx: ReadTx, position: Position): Promise<LoggedEntry | null> {
  const before = { incarnation: position.incarnation, seq: position.seq - 1 }
  const [entry] = await readEntries(tx, position.log, before, 1)
  return entry !== undefined && formatPosition(entry.position) === formatPosition(position) ? entry : null
}
