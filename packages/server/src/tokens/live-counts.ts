import type { Actor, Authority } from '../authority/index.ts'
import { type BoundedCount, boundedCount, MOST_COUNTED } from '../directory/user-list.ts'
import { listApis } from '../store/queries/apis.ts'
import { countApplications } from '../store/queries/applications.ts'
import { countLiveTokens } from '../store/queries/token-counts.ts'
import { countUsers } from '../store/queries/users.ts'

/** APIs counted one by one; each costs a look at no more than so many rows. */
const MOST_APIS = 50
const MOST_PER_API = 1_000

export interface LiveCounts {
  readonly users: BoundedCount
  readonly applications: BoundedCount
  /** Tokens that have not expired, revoked or not: judging them is for those who look at them. */
  readonly tokens: BoundedCount
  readonly byApi: readonly (BoundedCount & { readonly api: string; readonly name: string })[]
}

/** How much there is of everything, counted as far as it is worth: a million tokens cost what ten thousand do. */
export function liveCounts(authority: Authority, { organizationId }: Actor): Promise<LiveCounts> {
  const liveAt = authority.clock.now()
  return authority.store.read({ organizationId }, async (tx) => {
    const byApi: (BoundedCount & { api: string; name: string })[] = []
    for (const { identifier: api, name } of (await listApis(tx, { limit: MOST_APIS })).slice(0, MOST_APIS)) {
      const counted = await countLiveTokens(tx, { api, liveAt }, MOST_PER_API + 1)
      byApi.push({ api, name, ...boundedCount(counted, MOST_PER_API) })
    }
    return {
      users: boundedCount(await countUsers(tx, (eb) => eb.and([]), MOST_COUNTED + 1)),
      applications: boundedCount(await countApplications(tx, MOST_COUNTED + 1)),
      tokens: boundedCount(await countLiveTokens(tx, { liveAt }, MOST_COUNTED + 1)),
      byApi: byApi.sort((one, other) => other.count - one.count),
    }
  })
}
