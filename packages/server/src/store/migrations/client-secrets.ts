import type { Migration } from './index.ts'

export const clientSecrets: Migration = {
  name: 'client_secrets',
  async up(db) {
    await db.schema
      .createTable('client_secrets')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('application_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('client_secrets_key', ['organization_id', 'application_id', 'id'])
      .execute()
  },
}
