import type { Kysely } from 'kysely'
import type { Tables } from '../tables/index.ts'
import type { Migration } from './index.ts'

export const federations: Migration = {
  name: 'federations',
  async up(db) {
    await createSettings(db)
    await createProviders(db)
  },
}

async function createSettings(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('federations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('federation_organizations')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('organization_id', 'text', (column) => column.notNull().unique())
    .addColumn('identity_provider_id', 'text')
    .addColumn('data_access_provider_ids', 'text', (column) => column.notNull())
    .addColumn('domain_restriction_enabled', 'bigint', (column) => column.notNull())
    .addColumn('domain_allow_list', 'text', (column) => column.notNull())
    .addColumn('instant_provisioning_disabled', 'bigint', (column) => column.notNull())
    .addColumn('post_auth_role_grants', 'text', (column) => column.notNull())
    .addColumn('connected_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('federation_organizations_key', ['federation_id', 'organization_id'])
    .execute()
  await db.schema
    .createTable('federation_domains')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('verified_at', 'bigint')
    .addPrimaryKeyConstraint('federation_domains_key', ['federation_id', 'name'])
    .execute()
  await db.schema
    .createTable('role_mappings')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('external_group_name', 'text', (column) => column.notNull())
    .addColumn('role_assignments', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('role_mappings_key', ['federation_id', 'id'])
    .addUniqueConstraint('role_mappings_group', ['federation_id', 'organization_id', 'external_group_name'])
    .execute()
}

async function createProviders(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('identity_providers')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('idp_type', 'text', (column) => column.notNull())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('issuer_uri', 'text', (column) => column.notNull())
    .addColumn('audience', 'text')
    .addColumn('authorization_type', 'text')
    .addColumn('user_claim', 'text')
    .addColumn('groups_claim', 'text')
    .addColumn('client_id', 'text')
    .addColumn('requested_scopes', 'text', (column) => column.notNull())
    .addColumn('associated_domains', 'text', (column) => column.notNull())
    .addColumn('saml', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint')
    .addPrimaryKeyConstraint('identity_providers_key', ['federation_id', 'id'])
    .execute()
  await db.schema
    .createTable('provider_key_sets')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('is_trusted', 'bigint', (column) => column.notNull())
    .addColumn('not_after', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('fetching_until', 'bigint', (column) => column.notNull())
    .addColumn('fetch_started_at', 'bigint')
    .addColumn('fetched_at', 'bigint')
    .addColumn('succeeded_at', 'bigint')
    .addColumn('changed_at', 'bigint')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('failures', 'bigint', (column) => column.notNull())
    .addColumn('next_fetch_at', 'bigint', (column) => column.notNull())
    .addColumn('asked_at', 'bigint')
    .addColumn('jwks_uri', 'text')
    .addColumn('etag', 'text')
    .addColumn('alarms', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('provider_key_sets_key', ['federation_id', 'issuer'])
    .execute()
  await db.schema
    .createIndex('provider_key_sets_due')
    .on('provider_key_sets')
    .columns(['next_fetch_at'])
    .execute()
  await db.schema
    .createTable('provider_keys')
    .addColumn('federation_id', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('thumbprint', 'text', (column) => column.notNull())
    .addColumn('kid', 'text')
    .addColumn('jwk', 'text', (column) => column.notNull())
    .addColumn('is_published', 'bigint', (column) => column.notNull())
    .addColumn('is_suspect', 'bigint', (column) => column.notNull())
    .addColumn('first_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('blocked_at', 'bigint')
    .addPrimaryKeyConstraint('provider_keys_key', ['federation_id', 'issuer', 'thumbprint'])
    .execute()
}
