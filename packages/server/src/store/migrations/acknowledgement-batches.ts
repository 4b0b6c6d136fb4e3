import { sql } from 'kysely'
import type { Migration } from './index.ts'

/** Thousands of nodes acknowledge an entry within moments: a row for each batch of them, where each node had one. */
export const acknowledgementBatches: Migration = {
  name: 'acknowledgement-batches',
  async up(db) {
    await db.schema
      .createTable('acknowledgement_batches')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('nodes', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('acknowledgement_batches_key', ['organization_id', 'incarnation', 'seq', 'id'])
      .execute()
    // Ids of nodes are letters and digits: nothing in them needs to be escaped.
    await sql`
      insert into acknowledgement_batches (organization_id, id, incarnation, seq, at, nodes)
      select organization_id, node_id, incarnation, seq, at, '["' || node_id || '"]' from node_acknowledgements
    `.execute(db)
    await db.schema.dropTable('node_acknowledgements').execute()
  },
}
