import type { Migration } from './index.ts'

export const logHalts: Migration = {
  name: 'log-halts',
  async up(db) {
    await db.schema
      .createTable('log_halts')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('reported_incarnation', 'bigint', (column) => column.notNull())
      .addColumn('halted_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
