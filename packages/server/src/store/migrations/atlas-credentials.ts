import type { Migration } from './index.ts'

/** What credentials of the Atlas Administration API have beside what signs them in. */
export const atlasCredentials: Migration = {
  name: 'atlas_credentials',
  async up(db) {
    await db.schema.alterTable('digest_keys').addColumn('granted_roles', 'text').execute()
    await db.schema.alterTable('digest_keys').addColumn('private_key_end', 'text').execute()
    await db.schema.alterTable('service_accounts').addColumn('granted_roles', 'text').execute()
    await db.schema.alterTable('service_account_secrets').addColumn('last_used_at', 'bigint').execute()
    await db.schema
      .createTable('access_entries')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('credential_id', 'text', (column) => column.notNull())
      .addColumn('network', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('requests', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .addColumn('last_used_address', 'text')
      .addPrimaryKeyConstraint('access_entries_key', ['organization_id', 'credential_id', 'network'])
      .execute()
    await db.schema
      .createTable('organization_settings')
      .addColumn('organization_id', 'text', (column) => column.primaryKey())
      .addColumn('access_list_required', 'bigint', (column) => column.notNull())
      .addColumn('secret_hours_limit', 'bigint')
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('service_tokens')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('service_tokens_of_client')
      .on('service_tokens')
      .columns(['organization_id', 'client_id', 'expires_at'])
      .execute()
    await db.schema
      .createIndex('service_tokens_by_position')
      .on('service_tokens')
      .columns(['organization_id', 'incarnation', 'seq'])
      .execute()
    await db.schema
      .createIndex('service_tokens_expired')
      .on('service_tokens')
      .columns(['organization_id', 'expires_at'])
      .execute()
    await db.schema
      .createTable('digest_nonces')
      .addColumn('nonce', 'text', (column) => column.primaryKey())
      .addColumn('digest_key_id', 'text', (column) => column.notNull())
      .addColumn('nc', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('digest_nonces_expired').on('digest_nonces').column('expires_at').execute()
  },
}
