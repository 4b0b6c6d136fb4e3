import type { Migration } from './index.ts'

export const federatedIdentities: Migration = {
  name: 'federated-identities',
  async up(db) {
    await db.schema
      .createTable('federated_identities')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('federated_identities_key', ['organization_id', 'issuer', 'subject'])
      .execute()
  },
}
