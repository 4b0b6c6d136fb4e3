import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  append,
  head,
  type LogSnapshot,
  readEntries,
  snapshotEntries,
  verifyChain,
} from '../../src/log/index.ts'
import { type ReadTx, type Store, SYSTEM } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { appendTo, entry, openLogs, userRevoked } from '../support/log.ts'

const A = { organizationId: ORGANIZATION_A }
const BEGINNING = { incarnation: 1, seq: 0 }

describe.each(DATABASES)('the log on $name', (database) => {
  let store: Store
  let close: () => Promise<void>
  beforeEach(async () => {
    ;({ store, close } = await database.open())
    await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
  })
  afterEach(() => close())

  const fill = async (count: number) => {
    for (let index = 1; index <= count; index++)
      await appendTo(store, ORGANIZATION_A, userRevoked(`u${index}`))
  }
  const chain = () => store.read(A, (tx) => verifyChain(tx, ORGANIZATION_A))

  it('reads by range, in order, from any position', async () => {
    await fill(7)
    const read = (after: number, limit: number) =>
      store.read(A, async (tx) =>
        (await readEntries(tx, ORGANIZATION_A, { incarnation: 1, seq: after }, limit)).map(
          (row) => row.position.seq,
        ),
      )
    expect(await read(0, 3)).toEqual([1, 2, 3])
    expect(await read(3, 100)).toEqual([4, 5, 6, 7])
    expect(await read(7, 100)).toEqual([])
  })

  it('has a head whose position and digest are those of the last entry', async () => {
    expect((await store.read(A, (tx) => head(tx))).position.seq).toBe(0)
    await fill(3)
    const [last, end] = await store.read(A, async (tx) => [
      (await readEntries(tx, ORGANIZATION_A, { incarnation: 1, seq: 2 }, 1))[0],
      await head(tx),
    ])
    expect(end).toEqual({ position: last?.position, digest: last?.digest })
  })

  it('does not exist for another organization', async () => {
    await fill(1)
    const B = { organizationId: ORGANIZATION_B }
    const fromB = <T>(query: (tx: ReadTx) => Promise<T>) => store.read(B, query)
    await expect(fromB((tx) => head(tx, ORGANIZATION_A))).rejects.toMatchObject({ code: 'not_found' })
    await expect(fromB((tx) => readEntries(tx, ORGANIZATION_A, BEGINNING, 1))).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(fromB((tx) => verifyChain(tx, ORGANIZATION_A))).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      fromB((tx) => snapshotEntries(tx, ORGANIZATION_A, { classes: ['access'] })),
    ).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      store.write(B, (tx) => append(tx, userRevoked('u'), 0, ORGANIZATION_A)),
    ).rejects.toMatchObject({ code: 'not_found' })
    expect((await store.read(A, (tx) => head(tx))).position.seq).toBe(1)
  })

  it('is appended to by what spans organizations, in each of their logs', async () => {
    await store.write(SYSTEM, async (tx) => {
      for (const log of [ORGANIZATION_A, ORGANIZATION_B]) await append(tx, userRevoked('u'), 0, log)
    })
    for (const organizationId of [ORGANIZATION_A, ORGANIZATION_B])
      expect((await store.read({ organizationId }, (tx) => head(tx))).position.seq).toBe(1)
  })

  it('proves that nothing in it was changed', async () => {
    expect(await chain()).toEqual({ whole: true, entries: 0 })
    await fill(5)
    expect(await chain()).toEqual({ whole: true, entries: 5 })
  })

  it.each([
    [
      'an altered entry',
      `update log_entries set body = replace(body, 'u2', 'u9') where seq = 2`,
      2,
      'digest',
    ],
    ['an altered digest', `update log_entries set digest = '${'0'.repeat(64)}' where seq = 2`, 2, 'digest'],
    ['an altered column', `update log_entries set kind = 'user.created' where seq = 2`, 2, 'row'],
    ['a removed entry', 'delete from log_entries where seq = 2', 3, 'gap'],
    ['a removed last entry', 'delete from log_entries where seq = 4', 4, 'head'],
    ['a head set back', 'update log_heads set seq = 3', 3, 'head'],
  ])('shows %s', async (_, statement, seq, fault) => {
    await fill(4)
    await store.write(SYSTEM, async (tx) => {
      // What somebody with the database's own password could do.
      if (store.dialect === 'postgres') await sql`reset role`.execute(tx.db)
      else
        for (const change of ['update', 'delete'])
          await sql.raw(`drop trigger log_entries_refuse_${change}`).execute(tx.db)
      await sql.raw(statement).execute(tx.db)
    })
    expect(await chain()).toMatchObject({ whole: false, fault, at: { seq } })
  })

  const seqs = async (snapshot: LogSnapshot) => {
    const found: number[] = []
    for await (const page of snapshot.pages) found.push(...page.map((row) => row.position.seq))
    return found
  }

  it('gives the live entries at one position, and forgets only what a floor of every class allows', async () => {
    await appendTo(store, ORGANIZATION_A, entry({ kind: 'user.created', subject: { user: 'u' } }))
    await appendTo(store, ORGANIZATION_A, userRevoked('u'))
    await appendTo(store, ORGANIZATION_A, entry({ kind: 'user.blocked', subject: { user: 'u' } }))
    await appendTo(
      store,
      ORGANIZATION_A,
      entry({ kind: 'user.revoked', subject: { user: 'u' }, data: { notAfter: 1 } }),
    )
    await appendTo(store, ORGANIZATION_A, entry({ kind: 'token.revoked', subject: { token: 't' } }))
    const live = (classes: ('access' | 'refresh')[]) =>
      store.read(A, async (tx) => seqs(await snapshotEntries(tx, ORGANIZATION_A, { classes })))
    expect(await live(['access'])).toEqual([2, 3, 4, 5])

    const floor = (name: 'access' | 'refresh', to: number) =>
      appendTo(
        store,
        ORGANIZATION_A,
        entry({ kind: 'index.floor', subject: {}, data: { class: name, floor: to } }),
      )
    await floor('access', 2)
    expect(await live(['access'])).toEqual([3, 4, 5, 6])
    expect(await live(['access', 'refresh'])).toEqual([2, 3, 4, 5, 6])
    await floor('refresh', 5)
    expect(await live(['access', 'refresh'])).toEqual([3, 4, 5, 6, 7])
    await floor('access', 1)
    expect(await live(['access']), 'a floor never sinks').toEqual([3, 4, 5, 6, 7, 8])
  })

  it('snapshots only the kinds asked for, and nothing that was committed later', async () => {
    await appendTo(store, ORGANIZATION_A, userRevoked('u'))
    await appendTo(store, ORGANIZATION_A, entry({ kind: 'token.revoked', subject: { token: 't' } }))
    const found = await store.read(A, async (tx) => {
      const snapshot = await snapshotEntries(tx, ORGANIZATION_A, {
        classes: ['access'],
        kinds: ['user.revoked'],
      })
      await appendTo(store, ORGANIZATION_A, userRevoked('later'))
      return { head: snapshot.head.position.seq, seqs: await seqs(snapshot) }
    })
    expect(found).toEqual({ head: 2, seqs: [1] })
  })
})
