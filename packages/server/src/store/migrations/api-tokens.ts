import type { Migration } from './index.ts'

export const apiTokens: Migration = {
  name: 'api-tokens',
  async up(db) {
    await db.schema
      .createTable('api_tokens')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('api_tokens_key', ['organization_id', 'id'])
      .addForeignKeyConstraint(
        'api_tokens_user',
        ['organization_id', 'user_id'],
        'users',
        ['organization_id', 'id'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute()
    await db.schema
      .createIndex('api_tokens_in_order')
      .on('api_tokens')
      .columns(['organization_id', 'created_at', 'id'])
      .execute()
    await db.schema
      .createIndex('api_tokens_of_user')
      .on('api_tokens')
      .columns(['organization_id', 'user_id'])
      .execute()
  },
}
