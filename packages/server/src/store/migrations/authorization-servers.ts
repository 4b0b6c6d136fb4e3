import type { Migration } from './index.ts'

export const authorizationServers: Migration = {
  name: 'authorization-servers',
  async up(db) {
    await db.schema
      .createTable('authorization_servers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('audiences', 'text', (column) => column.notNull())
      .addColumn('folded', 'text', (column) => column.notNull())
      .addColumn('issuer_mode', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('encryption_alg', 'text')
      .addColumn('jwks_uri', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('authorization_servers_of_organization')
      .on('authorization_servers')
      .columns(['organization_id', 'created_at', 'id'])
      .execute()
    await db.schema
      .createTable('scopes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('authorization_server_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text')
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('consent', 'text', (column) => column.notNull())
      .addColumn('metadata_publish', 'text', (column) => column.notNull())
      .addColumn('is_default', 'bigint', (column) => column.notNull())
      .addColumn('optional', 'bigint', (column) => column.notNull())
      .addColumn('is_system', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('scopes_name', ['organization_id', 'authorization_server_id', 'name'])
      .execute()
  },
}
