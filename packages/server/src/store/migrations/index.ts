import type { Kysely } from 'kysely'
import { type Store, SYSTEM } from '../store.ts'
import type { Tables } from '../tables/index.ts'
import { apiEncryptionKeys } from './api-encryption-keys.ts'
import { apis } from './apis.ts'
import { applications } from './applications.ts'
import { authorizationServers } from './authorization-servers.ts'
import { blockedKeys } from './blocked-keys.ts'
import { clientKeys } from './client-keys.ts'
import { clientSecrets } from './client-secrets.ts'
import { foundation } from './foundation.ts'
import { signingKeys } from './signing-keys.ts'

/** One step of the schema, forward only. */
export interface Migration {
  readonly name: string
  up(db: Kysely<Tables>, dialect: Store['dialect']): Promise<void>
}

/** In order. A step that has shipped is never edited; the next one is appended. */
const MIGRATIONS: readonly Migration[] = [
  foundation,
  authorizationServers,
  apis,
  apiEncryptionKeys,
  signingKeys,
  applications,
  clientSecrets,
  clientKeys,
  blockedKeys,
]

/** Applies what is missing, in one transaction. */
export async function migrate(store: Store): Promise<void> {
  await store.write(SYSTEM, async ({ db }) => {
    await db.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .execute()
    for (const migration of MIGRATIONS) {
      const { rows } = await db.executeQuery<{ name: string }>(
        db
          .selectFrom('schema_migrations' as never)
          .selectAll()
          .where('name' as never, '=', migration.name as never)
          .compile(),
      )
      if (rows.length > 0) continue
      await migration.up(db, store.dialect)
      await db
        .insertInto('schema_migrations' as never)
        .values({ name: migration.name } as never)
        .execute()
    }
  })
}
