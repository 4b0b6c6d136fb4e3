import { compareMarks, type Position } from '@rescind/core/log'
import { type Authority, entryActor, systemActor } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { append, head, readEntries } from '../../log/index.ts'
import type { ReadTx } from '../../store/index.ts'
import type { Follower } from '../cluster-credentials.ts'

/** What a follower says it knows. */
export interface KnownPlace {
  readonly position: Position
  /** The chain digest there, lower-case hexadecimal. */
  readonly digest?: string
}

/**
 * Whether this database has the place that a follower knows. One that it lacks means that the database was restored
 * from an older state or is no primary.
 */
export async function isInLog(tx: ReadTx, { position, digest }: KnownPlace): Promise<boolean> {
  const at = await head(tx)
  if (position.log !== at.position.log || compareMarks(position, at.position) > 0) return false
  if (digest === undefined || position.seq === 0) return true
  if (compareMarks(position, at.position) === 0) return digest === at.digest
  const { incarnation, seq } = position
  const [entry] = await readEntries(tx, position.log, { incarnation, seq: seq - 1 }, 1)
  return entry?.digest === digest
}

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
  if (await authority.store.read({ organizationId }, (tx) => isInLog(tx, place))) return
  await reportDivergence(authority, follower, place)
  throw new DomainError('log_diverged')
}

/** Beyond this many different reports, this process records no more of them. */
const MOST_REPORTS = 1_000
const reported = new WeakMap<Authority, Set<string>>()

export async function reportDivergence(
  authority: Authority,
  { organizationId, clusterId, nodeId }: Follower,
  { position, digest }: KnownPlace,
): Promise<void> {
  const { incarnation, seq } = position
  // A follower comes back with the same news again and again; one entry tells of it.
  const known = reported.get(authority) ?? new Set()
  const news = `${clusterId} ${incarnation}.${seq} ${digest}`
  if (known.has(news) || known.size >= MOST_REPORTS) return
  reported.set(authority, known.add(news))
  authority.logger.error({ organizationId, clusterId, nodeId, incarnation, seq }, 'a follower knows more')
  await authority.store.write({ organizationId }, async (tx) => {
    await append(
      tx,
      {
        kind: 'log.diverged',
        subject: { cluster: clusterId, ...(nodeId !== undefined && { node: nodeId }) },
        actor: entryActor(systemActor(organizationId)),
        data: { log: position.log, incarnation, seq, digest: digest ?? null },
      },
      authority.clock.now(),
    )
  })
}
