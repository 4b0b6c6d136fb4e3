import { sql } from 'kysely'
import type { Migration } from './index.ts'

export const signingKeys: Migration = {
  name: 'signing-keys',
  async up(db) {
    await db.schema
      .createTable('signing_rings')
      .addColumn('issuer_id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('rotation_mode', 'text', (column) => column.notNull())
      .addColumn('rotate_at', 'bigint')
      .execute()
    await db.schema
      .createTable('signing_keys')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('issuer_id', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('sealed_private', 'text')
      .addColumn('published_at', 'bigint', (column) => column.notNull())
      .addColumn('activated_at', 'bigint')
      .addColumn('retired_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('retain_until', 'bigint')
      .addColumn('withdrawn_at', 'bigint')
      .addColumn('active_from', 'bigint')
      .addColumn('active_until', 'bigint')
      .execute()
    await db.schema
      .createIndex('signing_keys_of_issuer')
      .on('signing_keys')
      .columns(['organization_id', 'issuer_id'])
      .execute()
    // The ring already refuses a second ACTIVE key; the database refuses it again.
    await db.schema
      .createIndex('signing_keys_one_active')
      .on('signing_keys')
      .columns(['organization_id', 'issuer_id'])
      .unique()
      .where(sql.ref('status'), '=', 'ACTIVE')
      .execute()
  },
}
