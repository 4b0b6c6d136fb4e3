import type { Migration } from './index.ts'

export const applications: Migration = {
  name: 'applications',
  async up(db) {
    await db.schema
      .createTable('applications')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('label_folded', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('metadata', 'text', (column) => column.notNull())
      .addColumn('presentation', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('applications_key', ['organization_id', 'id'])
      .addUniqueConstraint('applications_client_id', ['organization_id', 'client_id'])
      .execute()
    await db.schema
      .createIndex('applications_in_order')
      .on('applications')
      .columns(['organization_id', 'created_at', 'id'])
      .execute()
  },
}
