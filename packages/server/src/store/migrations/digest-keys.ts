import type { Migration } from './index.ts'

export const digestKeys: Migration = {
  name: 'digest-keys',
  async up(db) {
    await db.schema
      .createTable('digest_keys')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('public_key', 'text', (column) => column.notNull().unique())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('ha1_md5', 'text', (column) => column.notNull())
      .addColumn('ha1_sha256', 'text', (column) => column.notNull())
      .addColumn('roles', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('digest_keys_of_organization')
      .on('digest_keys')
      .columns(['organization_id', 'id'])
      .execute()
  },
}
