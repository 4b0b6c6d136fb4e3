import type { Migration } from './index.ts'

export const policies: Migration = {
  name: 'policies',
  async up(db) {
    await db.schema
      .createTable('policies')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('tokens_per_user_and_application', 'bigint')
      .addColumn('triggers_off', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
