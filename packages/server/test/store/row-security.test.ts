import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { openLog } from '../../src/log/index.ts'
import { openStore, StoreRefused, SYSTEM } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { appendTo, openLogs, userRevoked } from '../support/log.ts'

const postgres = DATABASES.filter((database) => database.name === 'postgres')

/** What an operator could do to a database behind the product's back. */
async function sabotage(place: TestPlace, statements: string): Promise<void> {
  const client = new Client({ connectionString: place.options.databaseUrl })
  await client.connect()
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}

describe.each(postgres)('row-level security on $name', (database) => {
  it('hides the rows of another organization from a query that forgets to name its own', async () => {
    const { store, close } = await database.open()
    for (const id of [ORGANIZATION_A, ORGANIZATION_B]) await store.write(SYSTEM, (tx) => openLog(tx, id))
    const seen = await store.read({ organizationId: ORGANIZATION_B }, (tx) =>
      tx.db.selectFrom('log_heads').select('log_id').execute(),
    )
    expect(seen).toEqual([{ log_id: ORGANIZATION_B }])
    const changed = await store.write({ organizationId: ORGANIZATION_B }, (tx) =>
      tx.db
        .updateTable('log_heads')
        .set({ digest: 'x' })
        .where('log_id', '=', ORGANIZATION_A)
        .executeTakeFirst(),
    )
    expect(changed.numUpdatedRows).toBe(0n)
    await expect(
      store.write({ organizationId: ORGANIZATION_B }, (tx) => openLog(tx, 'c'.repeat(24))),
    ).rejects.toThrow('row-level security')
    await close()
  })

  it('keeps tables without an organization for the system', async () => {
    const { store, close } = await database.open()
    await expect(
      store.read({ organizationId: ORGANIZATION_A }, (tx) =>
        tx.db.selectFrom('installation').selectAll().execute(),
      ),
    ).rejects.toThrow('permission denied')
    await close()
  })

  it('does not let an organization id leave its quotes', async () => {
    const { store, close } = await database.open()
    const organizationId = `'; reset role; select set_config('rescind.organization', '${ORGANIZATION_A}', true); --`
    await store.write(SYSTEM, (tx) => openLog(tx, ORGANIZATION_A))
    expect(
      await store.read({ organizationId }, (tx) => tx.db.selectFrom('log_heads').selectAll().execute()),
    ).toEqual([])
    await close()
  })

  it.each([
    ['no longer forced on a table', 'alter table log_entries no force row level security', 'log_entries'],
    ['switched off on a table', 'alter table log_heads disable row level security', 'is off'],
    ['widened by a policy', 'create policy wide on log_entries using (true)', 'log_entries'],
    [
      'changed on a table that is not probed',
      `alter policy tenant on log_floors using (log_id <> '')`,
      'log_floors',
    ],
    ['dropped with its policy', 'drop policy tenant on log_floors', 'log_floors'],
    [
      'replaced by one that lets everything through',
      'drop policy tenant on log_heads; create policy tenant on log_heads to rescind_tenant using (true)',
      'other organizations',
    ],
    ['blind to its own rows', 'alter policy tenant on log_heads using (false)', 'its own rows'],
  ])('refuses to start where a wall is %s', async (_, statements, message) => {
    const place = await database.place()
    await (await openStore(place.options)).close()
    await sabotage(place, statements)
    const start = openStore(place.options)
    await expect(start).rejects.toBeInstanceOf(StoreRefused)
    await expect(start).rejects.toThrow(message)
    await place.remove()
  })

  it('refuses to start where a commit need not be on disk', async () => {
    const place = await database.place()
    const name = new URL(place.options.databaseUrl ?? '').pathname.slice(1)
    await sabotage(place, `alter database ${name} set synchronous_commit = off`)
    await expect(openStore(place.options)).rejects.toThrow('synchronous_commit = off')
    await place.remove()
  })

  it('starts two nodes on one empty database at once', async () => {
    const place = await database.place({ migrated: false })
    const nodes = await Promise.all([openStore(place.options), openStore(place.options)])
    await Promise.all(nodes.map((node) => node.close()))
    await place.remove()
  })

  it('orders text by code point whatever the locale of the database', async () => {
    const { store, close } = await database.open()
    const names = ['B', 'a', 'Z', 'é', '_', '0']
    await store.write(SYSTEM, (tx) =>
      tx.db
        .insertInto('installation')
        .values(names.map((name) => ({ name, value: '' })))
        .execute(),
    )
    const ordered = await store.read(SYSTEM, (tx) =>
      tx.db.selectFrom('installation').select('name').orderBy('name').execute(),
    )
    expect(ordered.map((row) => row.name)).toEqual(names.toSorted())
    await close()
  })
})

describe.each(DATABASES)('the log on $name', (database) => {
  it('lets nobody change or remove an entry', async () => {
    const { store, close } = await database.open()
    await openLogs(store, ORGANIZATION_A)
    await appendTo(store, ORGANIZATION_A, userRevoked('u'))
    for (const change of [
      store.write(SYSTEM, (tx) => tx.db.deleteFrom('log_entries').execute()),
      store.write(SYSTEM, (tx) => tx.db.updateTable('log_entries').set({ at: 1 }).execute()),
    ])
      await expect(change).rejects.toThrow(/permission denied|an entry never changes/)
    await close()
  })
})
