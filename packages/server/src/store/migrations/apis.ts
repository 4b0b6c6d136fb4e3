import type { Migration } from './index.ts'

export const apis: Migration = {
  name: 'apis',
  async up(db) {
    await db.schema
      .createTable('apis')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('identifier', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('token_format', 'text', (column) => column.notNull())
      .addColumn('authorization_server_id', 'text', (column) => column.notNull())
      .addColumn('access_token_lifetime', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('apis_identifier', ['organization_id', 'identifier'])
      .execute()
  },
}
