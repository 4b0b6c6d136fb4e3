import type { Migration } from './index.ts'

export const apiStatus: Migration = {
  name: 'api_status',
  async up(db) {
    await db.schema
      .alterTable('apis')
      .addColumn('enabled', 'bigint', (column) => column.notNull().defaultTo(1))
      .execute()
  },
}
