import type { Migration } from './index.ts'

export const serviceAccounts: Migration = {
  name: 'service-accounts',
  async up(db) {
    await db.schema
      .createTable('service_accounts')
      .addColumn('client_id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('roles', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('service_account_secrets')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .execute()
    await db.schema
      .createIndex('service_accounts_of_organization')
      .on('service_accounts')
      .columns(['organization_id', 'client_id'])
      .execute()
    await db.schema
      .createIndex('service_account_secrets_of_account')
      .on('service_account_secrets')
      .columns(['organization_id', 'client_id'])
      .execute()
  },
}
