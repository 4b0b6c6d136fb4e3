import type { Migration } from './index.ts'

export const users: Migration = {
  name: 'users',
  async up(db) {
    await db.schema
      .createTable('users')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('login', 'text', (column) => column.notNull())
      .addColumn('profile', 'text', (column) => column.notNull())
      .addColumn('login_folded', 'text', (column) => column.notNull())
      .addColumn('email_folded', 'text', (column) => column.notNull())
      .addColumn('first_name_folded', 'text', (column) => column.notNull())
      .addColumn('last_name_folded', 'text', (column) => column.notNull())
      .addColumn('password_hash', 'text')
      .addColumn('password_changed_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('activated_at', 'bigint')
      .addColumn('status_changed_at', 'bigint')
      .addColumn('last_login_at', 'bigint')
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('users_key', ['organization_id', 'id'])
      .addUniqueConstraint('users_login', ['organization_id', 'login_folded'])
      .execute()
    await db.schema
      .createIndex('users_in_order')
      .on('users')
      .columns(['organization_id', 'created_at', 'id'])
      .execute()
    await db.schema
      .createTable('user_roles')
      .addColumn('organization_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('granted_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_roles_key', ['organization_id', 'user_id', 'role'])
      .addForeignKeyConstraint(
        'user_roles_user',
        ['organization_id', 'user_id'],
        'users',
        ['organization_id', 'id'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute()
  },
}
