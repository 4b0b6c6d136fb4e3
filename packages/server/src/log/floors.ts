import { ARTEFACT_CLASSES, type ArtefactClass } from '@rescind/core/log'
import { organizationOf, type ReadTx } from '../store/index.ts'

/** The floor of each class in an incarnation of the organization's log; a class that has none is not there. */
export async function floorsOf(tx: ReadTx, incarnation: number): Promise<ReadonlyMap<ArtefactClass, number>> {
  const rows = await tx.db
    .selectFrom('log_floors')
    .select(['class', 'floor'])
    .where('log_id', '=', organizationOf(tx))
    .where('incarnation', '=', incarnation)
    .execute()
  const stored = new Map(rows.map((row) => [row.class, row.floor]))
  return new Map(
    ARTEFACT_CLASSES.flatMap((name) => {
      const floor = stored.get(name)
      return floor === undefined ? [] : [[name, floor] as const]
    }),
  )
}
