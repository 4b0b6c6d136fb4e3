import { type Expression, type SqlBool, sql } from 'kysely'
import { organizationOf, type ReadTx } from '../store.ts'
import { matchingTokens, type TokenFilter } from '../token-filter.ts'

/** How many live rows there are, by what they are for. */
export interface TokenCounts {
  readonly tokens: number
  readonly users: number
  readonly sessions: number
  /** Most tokens first. */
  readonly byApplication: readonly { readonly application: string; readonly tokens: number }[]
  readonly byApi: readonly CountOfApi[]
  /** Milliseconds: the latest expiry of an access token that is not opaque. */
  readonly exposedUntil: number | null
}

export interface CountOfApi {
  readonly api: string | null
  readonly tokens: number
  /** Milliseconds: the latest expiry of one that can be verified offline; null for none. */
  readonly offlineUntil: number | null
}

/** Whether more than `limit` rows match: the cheap question before a dear one. */
export async function moreTokensThan(tx: ReadTx, filter: TokenFilter, limit: number): Promise<boolean> {
  const some = matchingTokens(tx, filter)
    .select('id')
    .limit(limit + 1)
  const { many } = await tx.db
    .selectFrom(some.as('some'))
    .select((row) => row.fn.countAll<number>().as('many'))
    .executeTakeFirstOrThrow()
  return many > limit
}

/**
 * Counts in the database, over every row that matches and has not been exchanged. Standing is not asked: what was
 * revoked by another entry than the caller's filter knows of is counted as well.
 */
export async function countTokens(tx: ReadTx, filter: TokenFilter): Promise<TokenCounts> {
  const live = () => matchingTokens(tx, filter).where('consumed_at', 'is', null)
  const totals = await live()
    .select((row) => [
      row.fn.countAll<number>().as('tokens'),
      row.fn.count<number>('user_id').distinct().as('users'),
      row.fn.count<number>('session_id').distinct().as('sessions'),
    ])
    .executeTakeFirstOrThrow()
  const { client } = filter
  const byApplication =
    client === undefined
      ? await live()
          .select((row) => ['client_id as application', row.fn.countAll<number>().as('tokens')])
          .groupBy('client_id')
          .orderBy('tokens', 'desc')
          .execute()
      : totals.tokens === 0
        ? []
        : [{ application: client, tokens: totals.tokens }]
  const access: Expression<SqlBool> = sql`kind = 'access'`
  const byApi = await live()
    .where(access)
    .select((row) => [
      'api',
      row.fn.countAll<number>().as('tokens'),
      row.fn
        .max('expires_at')
        .filterWhere('format', '<>', 'opaque')
        .$castTo<number | null>()
        .as('offlineUntil'),
    ])
    .groupBy('api')
    .orderBy('tokens', 'desc')
    .execute()
  return { ...totals, byApplication, byApi, exposedUntil: latestOffline(byApi) }
}

/** The latest expiry over all APIs of what can be verified offline. */
export function latestOffline(byApi: readonly CountOfApi[]): number | null {
  return byApi.reduce<number | null>(
    (latest, { offlineUntil }) => (offlineUntil === null ? latest : Math.max(latest ?? 0, offlineUntil)),
    null,
  )
}

/**
 * The latest expiry of the tokens that a key signed between two times, looking at the newest `most` tokens of that
 * time. No index knows keys; the time that a key signed in is short enough to look through, or else a bound will do.
 */
export async function latestExpiryOfKey(
  tx: ReadTx,
  key: string,
  { from, until }: { readonly from: number; readonly until: number },
  most: number,
): Promise<{ readonly latest: number | null; readonly complete: boolean }> {
  const rows = await tx.db
    .selectFrom('tokens')
    .select(['signing_key', 'expires_at'])
    .where('organization_id', '=', organizationOf(tx))
    .where('issued_at', '>=', from)
    .where('issued_at', '<=', until)
    .orderBy('issued_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most + 1)
    .execute()
  const own = rows.filter(({ signing_key }) => signing_key === key).map(({ expires_at }) => expires_at)
  return { latest: own.length === 0 ? null : Math.max(...own), complete: rows.length <= most }
}

/** How many tokens have not expired, of one API or of all, counted no further than `most`, along the index of them. */
export async function countLiveTokens(
  tx: ReadTx,
  { api, liveAt }: { readonly api?: string; readonly liveAt: number },
  most: number,
): Promise<number> {
  let live = tx.db
    .selectFrom('tokens')
    .select('expires_at')
    .where('organization_id', '=', organizationOf(tx))
    .where('expires_at', '>', liveAt)
    .limit(most)
  if (api !== undefined) live = live.where('api', '=', api)
  const { many } = await tx.db
    .selectFrom(live.as('live'))
    .select((row) => row.fn.countAll<number>().as('many'))
    .executeTakeFirstOrThrow()
  return Number(many)
}
