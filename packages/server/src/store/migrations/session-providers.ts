import type { Migration } from './index.ts'

/** Through which identity provider a session began, beside the clients that are told when it ends. */
export const sessionProviders: Migration = {
  name: 'session_providers',
  async up(db) {
    await db.schema.alterTable('session_clients').addColumn('identity_provider', 'text').execute()
    await db
      .updateTable('session_clients')
      .set((row) => ({
        identity_provider: row
          .selectFrom('oidc_records')
          .select('identity_provider')
          .whereRef('oidc_records.organization_id', '=', 'session_clients.organization_id')
          .where('model', '=', 'Session')
          .whereRef('uid', '=', 'session_clients.session_id')
          .limit(1),
      }))
      .execute()
    await db.schema
      .createIndex('session_clients_by_provider')
      .on('session_clients')
      .columns(['organization_id', 'identity_provider'])
      .execute()
  },
}
