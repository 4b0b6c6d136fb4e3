import { compareMarks, type Mark } from '@rescind/core/log'
import { newId } from '../../authority/index.ts'
import type { WriteTx } from '../../store/index.ts'
import type { LeaseTerms } from '../../store/queries/cluster-nodes.ts'
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
 * @param leases about to be recorded, by their node's id
 * @param before what each of these nodes had acknowledged, likewise
 */
export async function keepForOpenEffects(
  tx: WriteTx,
  leases: ReadonlyMap<string, LeaseTerms>,
  before: ReadonlyMap<string, Mark>,
): Promise<void> {
  const oldest = leases.size === 0 ? undefined : await oldestOpenEffect(tx)
  if (oldest === undefined) return
  const moved = [...leases]
    .map(([nodeId, to]) => ({ nodeId, from: before.get(nodeId) ?? NOTHING, to }))
    .filter(({ from, to }) => compareMarks(to, oldest) >= 0 && compareMarks(from, to) < 0)
  const lowest = moved.map(({ from }) => from).toSorted(compareMarks)[0]
  if (lowest === undefined) return
  const open = await listOpenPlaces(tx, lowest)
  const passing = moved.filter(({ from, to }) => {
    const next = open.find((place) => compareMarks(place, from) > 0)
    return next !== undefined && compareMarks(next, to) <= 0
  })
  const batches = [...Map.groupBy(passing, ({ to }) => to)].map(([to, nodes]) => ({
    id: newId('ack'),
    incarnation: to.incarnation,
    seq: to.seq,
    at: to.acknowledged_at,
    nodes: JSON.stringify(nodes.map(({ nodeId }) => nodeId)),
  }))
  await putAcknowledgements(tx, batches)
}
