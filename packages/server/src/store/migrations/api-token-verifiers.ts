import type { Migration } from './index.ts'

/** What an API token is proved by where it must not cross the network. Tokens that are older have none. */
export const apiTokenVerifiers: Migration = {
  name: 'api-token-verifiers',
  async up(db) {
    await db.schema.alterTable('api_tokens').addColumn('scram_verifier', 'text').execute()
  },
}
