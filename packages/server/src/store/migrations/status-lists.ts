import type { Migration } from './index.ts'

export const statusLists: Migration = {
  name: 'status_lists',
  async up(db) {
    await db.schema
      .alterTable('apis')
      .addColumn('status_list', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createTable('status_lists')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('taken', 'bigint', (column) => column.notNull())
      .addColumn('shuffle', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('status_lists_key', ['organization_id', 'issuer_id', 'id'])
      .execute()
    await db.schema
      .createTable('status_places')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('list_id', 'text', (column) => column.notNull())
      .addColumn('place', 'bigint', (column) => column.notNull())
      .addColumn('token_id', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('status_places_key', ['organization_id', 'list_id', 'place'])
      .execute()
    await db.schema
      .createIndex('status_places_by_expiry')
      .on('status_places')
      .columns(['organization_id', 'expires_at'])
      .execute()
  },
}
