import type { Migration } from './index.ts'

export const blockedKeys: Migration = {
  name: 'blocked_keys',
  async up(db) {
    await db.schema
      .createTable('blocked_keys')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('thumbprint', 'text', (column) => column.notNull())
      .addColumn('blocked_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('blocked_keys_key', ['organization_id', 'thumbprint'])
      .execute()
  },
}
