import { type Kysely, sql } from 'kysely'
import type { Tables } from '../tables/index.ts'
import type { Migration } from './index.ts'

export const foundation: Migration = {
  name: 'foundation',
  async up(db, dialect) {
    await db.schema
      .createTable('installation')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('organizations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('subdomain', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await createLog(db)
    // On PostgreSQL no role has the privilege to update or delete an entry.
    if (dialect === 'sqlite') await refuseChangesOfEntries(db)
  },
}

async function createLog(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('log_heads')
    .addColumn('log_id', 'text', (column) => column.primaryKey())
    .addColumn('incarnation', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('log_incarnations')
    .addColumn('log_id', 'text', (column) => column.notNull())
    .addColumn('incarnation', 'bigint', (column) => column.notNull())
    .addColumn('previous_seq', 'bigint', (column) => column.notNull())
    .addColumn('previous_digest', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_incarnations_key', ['log_id', 'incarnation'])
    .execute()
  // The primary key is the index for reading by range: commit order is its order.
  await db.schema
    .createTable('log_entries')
    .addColumn('log_id', 'text', (column) => column.notNull())
    .addColumn('incarnation', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('retention', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_entries_key', ['log_id', 'incarnation', 'seq'])
    .execute()
  await db.schema
    .createIndex('log_entries_live')
    .on('log_entries')
    .columns(['log_id', 'incarnation', 'seq'])
    .where(sql.ref('retention'), '<>', 'record')
    .execute()
  await db.schema
    .createIndex('log_entries_by_kind')
    .on('log_entries')
    .columns(['log_id', 'kind', 'incarnation', 'seq'])
    .execute()
  await db.schema
    .createTable('log_floors')
    .addColumn('log_id', 'text', (column) => column.notNull())
    .addColumn('incarnation', 'bigint', (column) => column.notNull())
    .addColumn('class', 'text', (column) => column.notNull())
    .addColumn('floor', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_floors_key', ['log_id', 'incarnation', 'class'])
    .execute()
}

/** An entry never disappears from the log, nor changes in it: the database refuses, whatever the code does. */
async function refuseChangesOfEntries(db: Kysely<Tables>): Promise<void> {
  for (const change of ['update', 'delete'])
    await sql`
      create trigger ${sql.ref(`log_entries_refuse_${change}`)} before ${sql.raw(change)} on log_entries
      begin select raise(abort, 'an entry never changes'); end`.execute(db)
}
