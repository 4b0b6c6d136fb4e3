import type { Migration } from './index.ts'

export const revocations: Migration = {
  name: 'revocations',
  async up(db) {
    await db.schema
      .createTable('revocations')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('target_key', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('note', 'text')
      .addColumn('cause', 'text')
      .addColumn('actor_type', 'text', (column) => column.notNull())
      .addColumn('actor_id', 'text', (column) => column.notNull())
      .addColumn('actor_name', 'text', (column) => column.notNull())
      .addColumn('times', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('revocations_key', ['organization_id', 'id'])
      .addUniqueConstraint('revocations_target', ['organization_id', 'target_key'])
      .execute()
    await db.schema
      .createIndex('revocations_by_place')
      .on('revocations')
      .columns(['organization_id', 'incarnation', 'seq'])
      .execute()
  },
}
