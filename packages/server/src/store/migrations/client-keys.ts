import { sql } from 'kysely'
import type { Migration } from './index.ts'

export const clientKeys: Migration = {
  name: 'client_keys',
  async up(db) {
    await db.schema
      .createTable('client_keys')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('application_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('kid', 'text')
      .addColumn('use', 'text')
      .addColumn('kty', 'text', (column) => column.notNull())
      .addColumn('alg', 'text')
      .addColumn('crv', 'text')
      .addColumn('jwk', 'text', (column) => column.notNull())
      .addColumn('thumbprint', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('place', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('client_keys_key', ['organization_id', 'application_id', 'id'])
      // Two keys without a kid are a matter for the ring: NULL equals nothing here.
      .addUniqueConstraint('client_keys_kid', ['organization_id', 'application_id', 'kid'])
      .execute()
    await db.schema
      .createIndex('client_keys_active_encryption')
      .on('client_keys')
      .columns(['organization_id', 'application_id'])
      .unique()
      .where(sql.ref('use'), '=', 'enc')
      .where(sql.ref('status'), '=', 'ACTIVE')
      .execute()
    await db.schema
      .createIndex('client_keys_thumbprint')
      .on('client_keys')
      .columns(['organization_id', 'thumbprint'])
      .execute()
  },
}
