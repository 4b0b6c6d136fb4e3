import { createHash } from 'node:crypto'
import { GENESIS_DIGEST } from '@rescind/core/log'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ReadTx } from '../../src/store/index.ts'

const Text = Type.String()

/** As much of an entry as the checks need, read from the text that its digest covers. */
const StoredEntry = Type.Object({
  kind: Text,
  position: Type.Object({ log: Text, incarnation: Type.Integer(), seq: Type.Integer() }),
  subject: Type.Record(Text, Text),
  data: Type.Optional(Type.Object({ ring: Type.Optional(Text), kid: Type.Optional(Text) })),
})
export type StoredEntry = Static<typeof StoredEntry>

/** Every log's entries in order, and what is wrong with them. */
export interface ReadLogs {
  readonly entries: readonly StoredEntry[]
  readonly faults: readonly string[]
}

/**
 * Reads all logs and checks the law: positions 1, 2, 3 … without a gap up to the head, each digest over the one
 * before it, the head's digest the last one's, each body saying where it stands. The chain is computed here again
 * from its definition, not by the code that wrote it.
 */
export async function readLogs({ db }: ReadTx): Promise<ReadLogs> {
  const entries: StoredEntry[] = []
  const faults: string[] = []
  for (const head of await db.selectFrom('log_heads').selectAll().orderBy('log_id').execute()) {
    const rows = await db
      .selectFrom('log_entries')
      .selectAll()
      .where('log_id', '=', head.log_id)
      .orderBy('incarnation')
      .orderBy('seq')
      .execute()
    let digest = GENESIS_DIGEST
    for (const [index, row] of rows.entries()) {
      const place = `${row.log_id}.${row.incarnation}.${row.seq}`
      if (row.incarnation !== head.incarnation || row.seq !== index + 1)
        faults.push(`${place} stands at place ${index + 1}`)
      digest = chain(digest, row.body)
      if (digest !== row.digest) faults.push(`${place}: the digest does not follow from the one before`)
      const entry = Value.Parse(StoredEntry, JSON.parse(row.body))
      const { log, incarnation, seq } = entry.position
      if (`${log}.${incarnation}.${seq}` !== place || entry.kind !== row.kind)
        faults.push(`${place}: the body says ${entry.kind} at ${log}.${incarnation}.${seq}`)
      entries.push(entry)
    }
    if (head.seq !== rows.length || head.digest !== digest)
      faults.push(`${head.log_id}: the head is at ${head.seq}, the entries end at ${rows.length}`)
  }
  return { entries, faults }
}

function chain(previous: string, body: string): string {
  return createHash('sha256').update(Buffer.from(previous, 'hex')).update(body, 'utf8').digest('hex')
}
