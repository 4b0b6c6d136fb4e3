import type { Migration } from './index.ts'

/** What Rescind shows an identity provider to be known as its client. */
export const providerSecrets: Migration = {
  name: 'provider_secrets',
  async up(db) {
    await db.schema.alterTable('identity_providers').addColumn('client_secret', 'text').execute()
  },
}
