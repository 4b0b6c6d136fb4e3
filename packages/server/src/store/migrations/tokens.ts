import type { Migration } from './index.ts'

export const tokens: Migration = {
  name: 'tokens',
  async up(db) {
    await db.schema
      .createTable('tokens')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('format', 'text', (column) => column.notNull())
      .addColumn('handle', 'text')
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text')
      .addColumn('api', 'text')
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('grant_id', 'text')
      .addColumn('origin', 'text')
      .addColumn('session_id', 'text')
      .addColumn('signing_key', 'text')
      .addColumn('assertion_key', 'text')
      .addColumn('identity_provider', 'text')
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('consumed_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('ip', 'text')
      .addColumn('user_agent', 'text')
      .addColumn('details', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('tokens_key', ['organization_id', 'id'])
      .addUniqueConstraint('tokens_handle', ['organization_id', 'handle'])
      .execute()
    // Lists are read newest first within one of these; the id breaks ties, so that a cursor has one meaning.
    for (const column of ['user_id', 'client_id', 'api', 'grant_id', 'origin', 'session_id'] as const)
      await db.schema
        .createIndex(`tokens_by_${column}`)
        .on('tokens')
        .columns(['organization_id', column, 'issued_at', 'id'])
        .execute()
    await db.schema
      .createIndex('tokens_by_time')
      .on('tokens')
      .columns(['organization_id', 'issued_at', 'id'])
      .execute()
    await db.schema
      .createIndex('tokens_expired')
      .on('tokens')
      .columns(['organization_id', 'expires_at'])
      .execute()
  },
}
