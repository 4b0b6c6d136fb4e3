import { type Authority, systemActor } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { blockKey } from '../../keys/blocked-keys.ts'
import { countEntries, head } from '../../log/index.ts'
import { blockedAmong, isOwnSigningKey } from '../../store/queries/blocked-keys.ts'
import { findCluster } from '../../store/queries/clusters.ts'
import type { Follower } from '../cluster-credentials.ts'

/** Thumbprints that one request may hand back. */
export const MOST_RETURNED = 1_000
/** Keys that are revoked in one incarnation before no more are taken from verifiers: whoever floods is refused. */
const MOST_TAKEN = 20_000

export interface ReturnedKeys {
  /** Revoked here again. */
  readonly taken: number
  /** Revoked here already. */
  readonly known: number
  /** Left alone: our own signing keys, or what was too much. */
  readonly refused: number
}

/**
 * Takes keys that a node remembers as revoked and that this log has lost, and revokes them again. Only after a recovery:
 * before that the log has lost nothing. A thumbprint proves nothing, so a key by which the organization itself signs is
 * left alone: those of before were all revoked when the log was recovered, and the others are newer than any loss.
 *
 * @throws DomainError `credentials_invalid` where the cluster is gone, `log_not_recovered`, `store_unavailable`
 */
export function takeReturnedKeys(
  authority: Authority,
  { organizationId, clusterId, nodeId = '' }: Follower,
  thumbprints: readonly string[],
): Promise<ReturnedKeys> {
  return authority.store.write({ organizationId }, async (tx) => {
    if ((await findCluster(tx, clusterId)) === undefined) throw new DomainError('credentials_invalid')
    const { incarnation } = (await head(tx)).position
    if (incarnation === 1) throw new DomainError('log_not_recovered')
    const room = MOST_TAKEN - (await countEntries(tx, 'key.revoked', incarnation))
    const unique = [...new Set(thumbprints)]
    const known = await blockedAmong(tx, unique)
    const text = `Handed back by node ${nodeId} of cluster ${clusterId}.`
    let taken = 0
    for (const thumbprint of unique) {
      if (known.has(thumbprint) || taken >= room || (await isOwnSigningKey(tx, thumbprint))) continue
      const reason = { code: 'compromised', text } as const
      const blocking = { thumbprint, reason, cause: 'log.key_returned', at: authority.clock.now() }
      if (await blockKey(tx, systemActor(organizationId), blocking)) taken += 1
    }
    const counted = { taken, known: known.size, refused: unique.length - known.size - taken }
    authority.logger.warn(
      { organizationId, clusterId, nodeId, ...counted },
      'a node handed back revoked keys',
    )
    return counted
  })
}
