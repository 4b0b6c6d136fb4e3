import type { Migration } from './index.ts'

const KEY = ['organization_id', 'session_id', 'client_id', 'issuer_id'] as const

export const logoutDeliveries: Migration = {
  name: 'logout_deliveries',
  async up(db) {
    await db.schema
      .createTable('session_clients')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('session_clients_key', [...KEY])
      .execute()
    await db.schema
      .createIndex('session_clients_by_user')
      .on('session_clients')
      .columns(['organization_id', 'user_id'])
      .execute()
    await db.schema
      .createIndex('session_clients_expired')
      .on('session_clients')
      .columns(['expires_at'])
      .execute()
    await db.schema
      .createTable('logout_deliveries')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('queued_at', 'bigint', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'bigint', (column) => column.notNull())
      .addColumn('parked_at', 'bigint')
      .addColumn('problem', 'text')
      .addPrimaryKeyConstraint('logout_deliveries_key', [...KEY])
      .execute()
    // Parked deliveries are not looked through again and again.
    await db.schema
      .createIndex('logout_deliveries_due')
      .on('logout_deliveries')
      .columns(['parked_at', 'next_at'])
      .execute()
  },
}
