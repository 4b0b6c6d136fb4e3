import type { Migration } from './index.ts'

export const clusters: Migration = {
  name: 'clusters',
  async up(db) {
    await db.schema
      .createTable('clusters')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('class', 'text', (column) => column.notNull())
      .addColumn('apis', 'text', (column) => column.notNull())
      .addColumn('identity_providers', 'text', (column) => column.notNull())
      .addColumn('max_staleness', 'bigint', (column) => column.notNull())
      .addColumn('when_stale', 'text', (column) => column.notNull())
      .addColumn('verifier_profile', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('clusters_key', ['organization_id', 'id'])
      .execute()
    await db.schema
      .createTable('cluster_credentials')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('cluster_id', 'text', (column) => column.notNull())
      .addColumn('credential_hash', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('cluster_credentials_key', ['organization_id', 'cluster_id', 'id'])
      .execute()
    await db.schema
      .createTable('cluster_nodes')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('cluster_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('cluster_nodes_key', ['organization_id', 'cluster_id', 'id'])
      .execute()
    await db.schema
      .createTable('node_leases')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('node_id', 'text', (column) => column.notNull())
      .addColumn('cluster_id', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('acknowledged_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .addColumn('max_staleness', 'bigint', (column) => column.notNull())
      .addColumn('when_stale', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('node_leases_key', ['organization_id', 'node_id'])
      .execute()
  },
}
