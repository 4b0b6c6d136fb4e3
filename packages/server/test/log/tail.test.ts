import type { Position } from '@rescind/core/log'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LoggedEntry, openLog, PositionAhead, Tail, TailOutrun } from '../../src/log/index.ts'
import { openStore, type Store, SYSTEM } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES, type TestDatabase, type TestPlace } from '../support/databases.ts'
import { appendTo, openLogs, userRevoked } from '../support/log.ts'

const at = (seq: number, log = ORGANIZATION_A): Position => ({ log, incarnation: 1, seq })
const forever = new AbortController().signal

/** Follows until an entry, and gives the sequence numbers in the order they came. */
async function seqsUntil(batches: AsyncIterable<readonly LoggedEntry[]>, last: number): Promise<number[]> {
  const seqs: number[] = []
  for await (const batch of batches) {
    seqs.push(...batch.map((row) => row.position.seq))
    if (seqs.includes(last)) break
  }
  return seqs
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

function harness(database: TestDatabase) {
  let place: TestPlace
  let store: Store
  const tails: Tail[] = []
  const tailOf = (of: Store, options = {}) => {
    const tail = new Tail(of, { pollInterval: 20, ...options })
    tails.push(tail)
    return tail
  }
  beforeEach(async () => {
    place = await database.place()
    store = await openStore(place.options)
    await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
  })
  afterEach(async () => {
    for (const tail of tails.splice(0)) tail.close()
    await store.close()
    await place.remove()
  })

  const fill = (count: number, log = ORGANIZATION_A) =>
    Promise.all(Array.from({ length: count }, (_, index) => appendTo(store, log, userRevoked(`u${index}`))))
  return {
    tailOf,
    fill,
    get store() {
      return store
    },
    get place() {
      return place
    },
  }
}

describe.each(DATABASES)('the tail on $name', (database) => {
  const context = harness(database)
  const { fill } = context
  const tailOf = (options = {}) => context.tailOf(context.store, options)

  it('gives everybody every entry in order and once, from any position, while entries keep coming', async () => {
    const tail = tailOf({ page: 7 })
    await fill(30)
    const followers = [0, 10, 29, 30].map((from) =>
      seqsUntil(tail.follow(ORGANIZATION_A, at(from), forever), 120),
    )
    for (let round = 0; round < 9; round++) await fill(10)
    expect(await Promise.all(followers)).toEqual([upTo(120), upTo(120, 11), upTo(120, 30), upTo(120, 31)])
  })

  it('keeps logs apart', async () => {
    const tail = tailOf()
    const follower = seqsUntil(tail.follow(ORGANIZATION_B, at(0, ORGANIZATION_B), forever), 2)
    await fill(5)
    await fill(2, ORGANIZATION_B)
    expect(await follower).toEqual([1, 2])
  })

  it('cuts off who is too slow, holds nobody else up, and lets the slow one resume', async () => {
    const tail = tailOf({ window: 20, page: 10 })
    const slow = tail.follow(ORGANIZATION_A, at(0), forever)
    await fill(1)
    const first = await slow.next()
    expect(first.value?.map((row) => row.position.seq)).toEqual([1])
    // The second batch proves that it was up to date once, so that it may be cut off at all.
    const second = slow.next()
    await fill(1)
    expect((await second).value?.map((row) => row.position.seq)).toEqual([2])

    const quick = seqsUntil(tail.follow(ORGANIZATION_A, at(2), forever), 102)
    for (let round = 0; round < 10; round++) await fill(10)
    expect(await quick).toEqual(upTo(102, 3))

    const cutOff = await slow.next().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(cutOff).toBeInstanceOf(TailOutrun)
    if (!(cutOff instanceof TailOutrun)) return
    expect(cutOff.position.seq).toBe(2)
    const resumed = tail.follow(ORGANIZATION_A, cutOff.position, forever)
    expect(await seqsUntil(resumed, 102)).toEqual(upTo(102, 3))
  })

  it('refuses a position that the database does not have', async () => {
    await fill(3)
    const ahead = tailOf().follow(ORGANIZATION_A, at(4), forever)
    await expect(ahead.next()).rejects.toBeInstanceOf(PositionAhead)
    const elsewhere = tailOf().follow('c'.repeat(24), at(0), forever)
    await expect(elsewhere.next()).rejects.toMatchObject({ code: 'not_found' })
  })

  it('ends when it is told to, also while it waits', async () => {
    const tail = tailOf()
    const stop = new AbortController()
    const stopped = tail.follow(ORGANIZATION_A, at(0), stop.signal).next()
    const closed = tail.follow(ORGANIZATION_A, at(0), forever).next()
    stop.abort()
    expect((await stopped).done).toBe(true)
    tail.close()
    expect((await closed).done).toBe(true)
  })
})

describe.each(DATABASES.filter((database) => database.name === 'postgres'))(
  'the tail on $name',
  (database) => {
    const context = harness(database)
    const { fill, tailOf } = context

    it('hears of what another node writes, also after its connection is lost', async () => {
      const other = await openStore({ ...context.place.options, onTrouble: () => {} })
      await other.write(SYSTEM, (tx) => openLog(tx, 'c'.repeat(24)))
      const following = tailOf(other, { pollInterval: 60_000 }).follow(ORGANIZATION_A, at(0), forever)
      const first = following.next()
      await fill(1)
      expect((await first).value?.length).toBe(1)
      // Without a poll worth the name only the signals can tell, and they have to come back by themselves.
      const admin = new Client({ connectionString: context.place.options.databaseUrl })
      await admin.connect()
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rescind signals'`,
      )
      await admin.end()
      await fill(1)
      expect((await following.next()).value?.map((row) => row.position.seq)).toEqual([2])
      await other.close()
    })

    it('finds by polling what no signal told it', async () => {
      const other = await openStore(context.place.options)
      const deaf: Store = {
        dialect: other.dialect,
        read: (...query) => other.read(...query),
        write: (...command) => other.write(...command),
        onAppended: () => () => {},
        close: () => other.close(),
      }
      const following = seqsUntil(tailOf(deaf).follow(ORGANIZATION_A, at(0), forever), 5)
      await fill(5)
      expect(await following).toEqual(upTo(5))
      await other.close()
    })
  },
)
