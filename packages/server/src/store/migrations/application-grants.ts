import type { Migration } from './index.ts'

export const applicationGrants: Migration = {
  name: 'application_grants',
  async up(db) {
    await db.schema
      .createTable('application_grants')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('application_id', 'text', (column) => column.notNull())
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('created_by_type', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('application_grants_key', ['organization_id', 'id'])
      .addUniqueConstraint('application_grants_scope', ['organization_id', 'application_id', 'scope'])
      .execute()
  },
}
