import type { Migration } from './index.ts'

export const oidcRecords: Migration = {
  name: 'oidc_records',
  async up(db) {
    await db.schema
      .createTable('oidc_records')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('handle', 'text', (column) => column.notNull())
      .addColumn('user_code', 'text')
      .addColumn('uid', 'text')
      .addColumn('user_id', 'text')
      .addColumn('client_id', 'text')
      .addColumn('session_id', 'text')
      .addColumn('grant_id', 'text')
      .addColumn('assertion_key', 'text')
      .addColumn('identity_provider', 'text')
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('consumed_at', 'bigint')
      .addPrimaryKeyConstraint('oidc_records_key', ['organization_id', 'issuer_id', 'model', 'handle'])
      .execute()
    await db.schema
      .createIndex('oidc_records_by_user_code')
      .on('oidc_records')
      .columns(['organization_id', 'issuer_id', 'model', 'user_code'])
      .unique()
      .execute()
    await db.schema
      .createIndex('oidc_records_by_uid')
      .on('oidc_records')
      .columns(['organization_id', 'issuer_id', 'model', 'uid'])
      .unique()
      .execute()
    await db.schema
      .createIndex('oidc_records_by_user')
      .on('oidc_records')
      .columns(['organization_id', 'user_id', 'model'])
      .execute()
    await db.schema
      .createIndex('oidc_records_expired')
      .on('oidc_records')
      .columns(['organization_id', 'expires_at'])
      .execute()
  },
}
