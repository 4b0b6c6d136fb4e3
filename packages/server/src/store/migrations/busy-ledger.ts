import type { Migration } from './index.ts'

/**
 * What is asked of a ledger of millions that the first indexes do not answer: the tokens of an authorization server
 * that issued few, newest first, and how many of an API are live, where most of its rows have expired a moment ago.
 * New rows go near the end of both, where they cost little.
 */
export const busyLedger: Migration = {
  name: 'busy_ledger',
  async up(db) {
    await db.schema
      .createIndex('tokens_by_issuer_id')
      .on('tokens')
      .columns(['organization_id', 'issuer_id', 'issued_at', 'id'])
      .execute()
    await db.schema
      .createIndex('tokens_live_by_api')
      .on('tokens')
      .columns(['organization_id', 'api', 'expires_at'])
      .execute()
  },
}
