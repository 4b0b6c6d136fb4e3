import { randomBytes } from 'node:crypto'
import { DEFAULT_GROUP } from '../tables/groups.ts'
import type { Migration } from './index.ts'

export const groups: Migration = {
  name: 'groups',
  async up(db) {
    await db.schema
      .createTable('groups')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('groups_name', ['organization_id', 'name'])
      .execute()
    await db.schema
      .createTable('group_members')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('credential_id', 'text', (column) => column.notNull())
      .addColumn('roles', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_members_key', ['organization_id', 'group_id', 'credential_id'])
      .execute()
    await db.schema
      .createIndex('group_members_of_credential')
      .on('group_members')
      .columns(['organization_id', 'credential_id'])
      .execute()
    // An organization that is older than groups gets the one that it would be created with now.
    for (const { id, created_at } of await db
      .selectFrom('organizations')
      .select(['id', 'created_at'])
      .execute())
      await db
        .insertInto('groups')
        .values({
          id: randomBytes(12).toString('hex'),
          organization_id: id,
          name: DEFAULT_GROUP,
          created_at,
        })
        .execute()
  },
}
