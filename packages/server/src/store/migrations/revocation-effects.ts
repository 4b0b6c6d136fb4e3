import type { Migration } from './index.ts'

export const revocationEffects: Migration = {
  name: 'revocation_effects',
  async up(db) {
    await db.schema
      .alterTable('revocations')
      .addColumn('effect_open', 'bigint', (column) => column.notNull().defaultTo(1))
      .execute()
    await db.schema.alterTable('revocations').addColumn('covered', 'text').execute()
    await db.schema
      .createIndex('revocations_open')
      .on('revocations')
      .columns(['effect_open', 'organization_id', 'incarnation', 'seq'])
      .execute()
    await db.schema
      .createTable('revocation_receipts')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('revocation_id', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('effective_at', 'bigint', (column) => column.notNull())
      .addColumn('written_at', 'bigint', (column) => column.notNull())
      .addColumn('nodes', 'text', (column) => column.notNull())
      .addColumn('jws', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('revocation_receipts_key', [
        'organization_id',
        'revocation_id',
        'incarnation',
        'seq',
      ])
      .execute()
    await db.schema
      .createTable('receipt_keys')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('kid', 'text', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('sealed_private', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('retired_at', 'bigint')
      .addPrimaryKeyConstraint('receipt_keys_key', ['organization_id', 'kid'])
      .execute()
    await db.schema
      .createTable('node_acknowledgements')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('node_id', 'text', (column) => column.notNull())
      .addColumn('cluster_id', 'text', (column) => column.notNull())
      .addColumn('incarnation', 'bigint', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('node_acknowledgements_key', [
        'organization_id',
        'incarnation',
        'seq',
        'node_id',
      ])
      .execute()
  },
}
