import { compareMarks, type Mark } from '@rescind/core/log'
import type { WriteTx } from '../../store/index.ts'
import { findLeases, type NewLease } from '../../store/queries/cluster-nodes.ts'
import {
  listOpenPlaces,
  oldestOpenEffect,
  putAcknowledgements,
} from '../../store/queries/revocation-effects.ts'

const NOTHING: Mark = { incarnation: 0, seq: 0 }

/**
 * Keeps when a node first acknowledged a revocation that is taking effect: its receipt will tell, and a lease only
 * has the newest acknowledgement. Call it before the leases are recorded. While nothing is open it is one look; what it
 * writes is bounded by the revocations that are, however often nodes acknowledge.
 */
export async function keepForOpenEffects(tx: WriteTx, leases: readonly NewLease[]): Promise<void> {
  const oldest = leases.length === 0 ? undefined : await oldestOpenEffect(tx)
  if (oldest === undefined) return
  const candidates = leases.filter((lease) => compareMarks(lease, oldest) >= 0)
  const before = await findLeases(
    tx,
    candidates.map((lease) => lease.node_id),
  )
  const known = new Map<string, Mark>(before.map((lease) => [lease.node_id, lease]))
  const passing = candidates.map((lease) => ({ lease, from: known.get(lease.node_id) ?? NOTHING }))
  const moved = passing.filter(({ lease, from }) => compareMarks(from, lease) < 0)
  const lowest = moved.map(({ from }) => from).toSorted(compareMarks)[0]
  if (lowest === undefined) return
  const open = await listOpenPlaces(tx, lowest)
  const rows = moved
    .filter(({ lease, from }) => {
      const next = open.find((place) => compareMarks(place, from) > 0)
      return next !== undefined && compareMarks(next, lease) <= 0
    })
    .map(({ lease: { node_id, cluster_id, incarnation, seq, acknowledged_at: at } }) => ({
      node_id,
      cluster_id,
      incarnation,
      seq,
      at,
    }))
  await putAcknowledgements(tx, rows)
}
