import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, head, LiveLog, type LostPlace, Tail } from '../../src/log/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { appendTo, openLogs, userRevoked } from '../support/log.ts'

/* Only PostgreSQL can be put back under a running process. */
describe.each(DATABASES.filter(({ name }) => name === 'postgres'))('a restored log on $name', (database) => {
  let place: TestPlace
  let store: Store
  beforeEach(async () => {
    place = await database.place()
    store = await openStore(place.options)
    await openLogs(store, ORGANIZATION_A)
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })

  it('is reported also by a reader that was outrun meanwhile, and would read everything anew', async () => {
    for (const user of ['a', 'b', 'c']) await appendTo(store, ORGANIZATION_A, userRevoked(user))
    // So small a window that whoever follows is outrun by one commit, and starts from a snapshot.
    const tail = new Tail(store, { pollInterval: 3_600_000, window: 2 })
    const { promise, resolve } = Promise.withResolvers<LostPlace>()
    const live = new LiveLog({
      store,
      tail,
      log: ORGANIZATION_A,
      classes: ['access'],
      hashKey: new Uint8Array(16),
      onDiverged: async (lost) => resolve(lost),
      onTrouble: () => undefined,
    })
    await live.open()
    const { position, digest } = await store.read({ organizationId: ORGANIZATION_A }, (tx) => head(tx))
    await live.reach(position, 10_000)
    await forgetLast(place.options.databaseUrl)
    await store.write({ organizationId: ORGANIZATION_A }, async (tx) => {
      for (let user = 0; user < 20; user += 1) await append(tx, userRevoked(`other-${user}`), 0)
    })
    expect(await promise).toEqual({ position, digest })
    live.close()
    tail.close()
  })
})

/** The log as it was one entry ago. */
async function forgetLast(url: string | undefined): Promise<void> {
  const database = new Client({ connectionString: url })
  await database.connect()
  await database.query(`
    update log_heads set seq = seq - 1, digest = (select digest from log_entries where log_id = log_heads.log_id
      and seq = log_heads.seq - 1);
    delete from log_entries using log_heads where log_heads.log_id = log_entries.log_id
      and log_entries.seq > log_heads.seq`)
  await database.end()
}
