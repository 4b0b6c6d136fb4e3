import { sql } from 'kysely'
import type { Migration } from './index.ts'

export const apiEncryptionKeys: Migration = {
  name: 'api-encryption-keys',
  async up(db) {
    await db.schema
      .createTable('api_encryption_keys')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('authorization_server_id', 'text', (column) => column.notNull())
      .addColumn('kid', 'text')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('thumbprint', 'text', (column) => column.notNull())
      .addColumn('jwk', 'text', (column) => column.notNull())
      .addColumn('added_seq', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('api_encryption_keys_kid', ['organization_id', 'authorization_server_id', 'kid'])
      .execute()
    // The ring already refuses a second ACTIVE key; the database refuses it again.
    await db.schema
      .createIndex('api_encryption_keys_one_active')
      .on('api_encryption_keys')
      .columns(['organization_id', 'authorization_server_id'])
      .unique()
      .where(sql.ref('status'), '=', 'ACTIVE')
      .execute()
  },
}
