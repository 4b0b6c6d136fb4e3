import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { openStore, type Store, StoreRefused, SYSTEM } from '../../src/store/index.ts'
import { MIGRATIONS, type Migration } from '../../src/store/migrations/index.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'

/** Runs a statement as whoever owns the schema: on PostgreSQL no role of ours may touch the migrations' list. */
async function asOwner(store: Store, ...statements: readonly string[]): Promise<void> {
  await store.write(SYSTEM, async (tx) => {
    if (store.dialect === 'postgres') await sql`reset role`.execute(tx.db)
    for (const statement of statements) await sql.raw(statement).execute(tx.db)
  })
}

async function changed(place: TestPlace, ...statements: readonly string[]): Promise<void> {
  const store = await openStore(place.options)
  await asOwner(store, ...statements)
  await store.close()
}

describe('the list of migrations', () => {
  it('names each step once', () => {
    const names = MIGRATIONS.map((migration: Migration) => migration.name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe.each(DATABASES)('migrations on $name', (database) => {
  it('run once, and leave a database that is up to date alone', async () => {
    const place = await database.place({ migrated: false })
    for (let start = 0; start < 3; start++) await (await openStore(place.options)).close()
    await place.remove()
  })

  it.each([
    [
      'newer than the code',
      'newer',
      [`insert into schema_migrations values (${MIGRATIONS.length}, 'from_the_future')`],
    ],
    [
      'of an unknown name',
      'unknown here',
      [`update schema_migrations set name = 'elsewhere' where ordinal = 0`],
    ],
    [
      'in another order',
      'another order',
      [
        'delete from schema_migrations where ordinal = 1',
        `update schema_migrations set name = '${MIGRATIONS[1]?.name}' where ordinal = 0`,
      ],
    ],
  ])('refuse a database that is %s', async (_, message, statements) => {
    const place = await database.place()
    await changed(place, ...statements)
    const start = openStore(place.options)
    await expect(start).rejects.toBeInstanceOf(StoreRefused)
    await expect(start).rejects.toThrow(message)
    await place.remove()
  })

  it('keep what is there', async () => {
    const place = await database.place()
    await changed(place, `insert into installation (name, value) values ('kept', 'yes')`)
    const store = await openStore(place.options)
    const rows = await store.read(SYSTEM, (tx) => tx.db.selectFrom('installation').selectAll().execute())
    expect(rows).toEqual([{ name: 'kept', value: 'yes' }])
    await store.close()
    await place.remove()
  })
})
