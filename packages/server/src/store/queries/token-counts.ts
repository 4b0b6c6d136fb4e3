import { organizationOf, type ReadTx } from '../store.ts'

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
