import type { Migration } from './index.ts'

/**
 * The lowest position of each class of artefacts, which a floor must not pass, is found at the beginning of these.
 * Positions grow, so new rows go to the end of them, where they cost next to nothing.
 */
export const lowestPositions: Migration = {
  name: 'lowest_positions',
  async up(db) {
    await db.schema
      .createIndex('tokens_by_position')
      .on('tokens')
      .columns(['organization_id', 'kind', 'incarnation', 'seq'])
      .execute()
    await db.schema
      .createIndex('oidc_records_by_position')
      .on('oidc_records')
      .columns(['organization_id', 'model', 'incarnation', 'seq'])
      .execute()
  },
}
