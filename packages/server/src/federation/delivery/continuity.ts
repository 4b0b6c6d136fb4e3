import { randomUUID } from 'node:crypto'
import { type Authority, systemActor } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { haltLog, isInLog, type KnownPlace, type LostPlace } from '../../log/index.ts'
import { findCluster } from '../../store/queries/clusters.ts'
import type { Follower } from '../cluster-credentials.ts'
import { type NamedPlace, placeSeal } from './place-seal.ts'

/**
 * Reads the primary for the place that a follower knows, and records the report of one that is not there.
 *
 * @throws DomainError `log_diverged`
 */
export async function refuseDiverged(
  authority: Authority,
  follower: Follower,
  place: KnownPlace,
): Promise<void> {
  const { organizationId } = follower
  const named = (await placeSeal(authority)).read(place)
  if (await authority.store.read({ organizationId }, (tx) => isInLog(tx, named))) return
  await reportDivergence(authority, follower, named)
  throw new DomainError('log_diverged')
}

/**
 * Stops the log because of what a follower knows, before the follower is answered. What this authority cannot have told
 * anybody stops nothing: it is refused and logged.
 */
export async function reportDivergence(
  authority: Authority,
  { organizationId, clusterId, nodeId }: Follower,
  place: NamedPlace,
): Promise<void> {
  const { incarnation, seq } = place.position
  const told = { organizationId, clusterId, nodeId, incarnation, seq }
  if (!place.isProved) {
    authority.logger.warn(told, 'a follower names a place that this log does not have and never told it')
    return
  }
  const reporter = { cluster: clusterId, ...(nodeId !== undefined && { node: nodeId }) }
  const isNews = await authority.store.write(
    { organizationId },
    async (tx) => {
      // Its credential may have been taken back since the request came.
      if ((await findCluster(tx, clusterId)) === undefined) throw new DomainError('credentials_invalid')
      if (await isInLog(tx, place)) return false
      return haltLog(tx, reporter, place, systemActor(organizationId), authority.clock.now())
    },
    'urgent',
  )
  if (isNews) authority.logger.error(told, HALTED)
}

/**
 * Stops a log because this node of the authority remembers more of it than the database has: the database was put back
 * to an older state under a running node.
 */
export async function reportOwnMemory(authority: Authority, { position, digest }: LostPlace): Promise<void> {
  const { log, incarnation, seq } = position
  const isNews = await authority.store.write(
    { organizationId: log },
    (tx) => haltLog(tx, { authority: NODE }, { position, digest }, systemActor(log), authority.clock.now()),
    'urgent',
  )
  if (isNews) authority.logger.error({ organizationId: log, incarnation, seq }, HALTED)
}

const HALTED =
  'THE LOG HAS LOST ENTRIES: the database was put back to an older state. Nothing is issued by it until an operator runs: rescind recover'
/** As this process calls itself in its reports: the next start is another. */
const NODE = randomUUID()
