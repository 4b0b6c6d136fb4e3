import { compareMarks, type Mark } from '@rescind/core/log'
import { newId } from '../../authority/index.ts'
import type { WriteTx } from '../../store/index.ts'
import type { NewLease } from '../../store/queries/cluster-nodes.ts'
import {
  listOpenPlaces,
  oldestOpenEffect,
  putAcknowledgements,
} from '../../store/queries/revocation-effects.ts'

const NOTHING: Mark = { incarnation: 0, seq: 0 }

/**
 * Keeps when a node first acknowledged a revocation that is taking effect: its receipt will tell, and a lease only
 * has the newest acknowledgement. While nothing is open it is one look; what it writes is bounded by the revocations
 * that are, however often nodes acknowledge.
 *
 * @param leases about to be recorded
 * @param before what each of their nodes had acknowledged, by its id
 */
export async function keepForOpenEffects(
  tx: WriteTx,
  leases: readonly NewLease[],
  before: ReadonlyMap<string, Mark>,
): Promise<void> {
  const oldest = leases.length === 0 ? undefined : await oldestOpenEffect(tx)
  if (oldest === undefined) return
  const moved = leases
    .map((lease) => ({ lease, from: before.get(lease.node_id) ?? NOTHING }))
    .filter(({ lease, from }) => compareMarks(lease, oldest) >= 0 && compareMarks(from, lease) < 0)
  const lowest = moved.map(({ from }) => from).toSorted(compareMarks)[0]
  if (lowest === undefined) return
  const open = await listOpenPlaces(tx, lowest)
  const passing = moved.filter(({ lease, from }) => {
    const next = open.find((place) => compareMarks(place, from) > 0)
    return next !== undefined && compareMarks(next, lease) <= 0
  })
  const byPlace = Map.groupBy(
    passing,
    ({ lease }) => `${lease.incarnation}.${lease.seq}.${lease.acknowledged_at}`,
  )
  const batches = [...byPlace.values()].flatMap((same) =>
    same.slice(0, 1).map(({ lease: { incarnation, seq, acknowledged_at: at } }) => ({
      id: newId('ack'),
      incarnation,
      seq,
      at,
      nodes: JSON.stringify(same.map(({ lease }) => lease.node_id)),
    })),
  )
  await putAcknowledgements(tx, batches)
}
