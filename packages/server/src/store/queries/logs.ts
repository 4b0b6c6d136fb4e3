import { type ReadTx, SYSTEM } from '../store.ts'

export interface LogName {
  readonly id: string
  /** The organization's; `undefined` where it is the log of a federation. */
  readonly name: string | undefined
}

/** Every log of the installation, with the name of its organization where it is one's. `SYSTEM` only. */
export async function listLogs(tx: ReadTx): Promise<LogName[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('listing every log needs the scope SYSTEM')
  const rows = await tx.db
    .selectFrom('log_heads')
    .leftJoin('organizations', 'organizations.id', 'log_heads.log_id')
    .select(['log_heads.log_id', 'organizations.name'])
    .orderBy('log_heads.log_id')
    .execute()
  return rows.map(({ log_id: id, name }) => ({ id, name: name ?? undefined }))
}
