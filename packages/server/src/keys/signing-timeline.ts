import type { Authority } from '../authority/index.ts'
import { ACCESS_TOKEN_LIFETIME } from '../directory/api.ts'
import { latestExpiryOfKey } from '../store/queries/token-counts.ts'
import type { StoredSigningKey, StoredSigningRing } from './signing-ring.ts'

/** Tokens looked at for one key. A number of milliseconds to say, whatever the ledger holds. */
const MOST_LOOKED_AT = 2_000

/** When nothing that a key has signed can be good any more. Milliseconds since the epoch. */
export interface LastExpiry {
  readonly at: number
  /** False where there are too many tokens to look at: then it is a bound, never too early. */
  readonly exact: boolean
}

/**
 * For each key that signs or has signed, when the last token that it signed expires; null for one that signed
 * nothing that still lives. A revoked key's tokens are void already.
 */
export function lastExpiries(
  authority: Authority,
  organizationId: string,
  { keys }: StoredSigningRing,
): Promise<ReadonlyMap<string, LastExpiry | null>> {
  const now = authority.clock.now()
  return authority.store.read({ organizationId }, async (tx) => {
    const expiries = new Map<string, LastExpiry | null>()
    for (const key of keys) {
      const from = key.activatedAt
      const until = key.retiredAt ?? now
      const isOver = from === null || key.status === 'REVOKED' || bound(key, until) <= now
      if (isOver) {
        expiries.set(key.kid, null)
        continue
      }
      const { latest, complete } = await latestExpiryOfKey(tx, key.kid, { from, until }, MOST_LOOKED_AT)
      if (!complete) expiries.set(key.kid, { at: bound(key, until), exact: false })
      else expiries.set(key.kid, latest === null || latest <= now ? null : { at: latest, exact: true })
    }
    return expiries
  })
}

/** No token outlives the longest lifetime that an API may have. */
function bound({ retainUntil }: StoredSigningKey, until: number): number {
  return retainUntil ?? until + ACCESS_TOKEN_LIFETIME.longest * 1000
}
