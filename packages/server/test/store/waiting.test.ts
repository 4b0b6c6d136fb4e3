import { sql } from 'kysely'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { append, head } from '../../src/log/index.ts'
import { DEFAULT_LIMITS, openStore, SYSTEM, type WriteTx } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openLogs, userRevoked } from '../support/log.ts'

const A = { organizationId: ORGANIZATION_A }
const B = { organizationId: ORGANIZATION_B }
const unavailable = { code: 'store_unavailable' }
const revoke = async (tx: WriteTx) => (await append(tx, userRevoked('u'), 0)).seq

describe.each(DATABASES)('waiting on $name', (database) => {
  it('ends when no connection is free in time, and the next query finds one', async () => {
    const { store, close } = await database.open({
      limits: { connections: { ...DEFAULT_LIMITS.connections, read: 1 }, connectionWait: 50 },
    })
    await openLogs(store, ORGANIZATION_A)
    const { promise: gate, resolve: go } = Promise.withResolvers<void>()
    const holding = store.read(A, () => gate)
    await expect(store.read(A, (tx) => head(tx))).rejects.toMatchObject(unavailable)
    go()
    await holding
    expect((await store.read(A, (tx) => head(tx))).position.seq).toBe(0)
    await close()
  })

  it('gives readers the last commit while a command is still running', async () => {
    const { store, close } = await database.open()
    await openLogs(store, ORGANIZATION_A)
    const { promise: gate, resolve: go } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const writing = store.write(A, async (tx) => {
      await revoke(tx)
      begin()
      await gate
    })
    await begun
    expect((await store.read(A, (tx) => head(tx))).position.seq).toBe(0)
    go()
    await writing
    expect((await store.read(A, (tx) => head(tx))).position.seq).toBe(1)
    await close()
  })
})

describe.each(DATABASES.filter((database) => database.name === 'postgres'))(
  'waiting on $name',
  (database) => {
    it('ends when the head of a log stays locked, and holds up no other organization', async () => {
      const place = await database.place()
      const store = await openStore({ ...place.options, limits: { lockWait: 100 } })
      await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
      const other = new Client({ connectionString: place.options.databaseUrl })
      await other.connect()
      await other.query('begin')
      await other.query('select from log_heads where log_id = $1 for update', [ORGANIZATION_A])
      await expect(store.write(A, revoke)).rejects.toMatchObject(unavailable)
      await expect(
        store.write(SYSTEM, (tx) => append(tx, userRevoked('u'), 0, ORGANIZATION_A)),
      ).rejects.toMatchObject(unavailable)
      expect(await store.write(B, revoke)).toBe(1)
      await other.query('rollback')
      await other.end()
      expect(await store.write(A, revoke)).toBe(1)
      await store.close()
      await place.remove()
    })

    it('ends when a statement is slow, and costs the other commands of the group nothing', async () => {
      const { store, close } = await database.open({ limits: { statementTime: 200 } })
      await openLogs(store, ORGANIZATION_A)
      const slow = store.write(A, async (tx) => {
        await revoke(tx)
        await sql`select pg_sleep(60)`.execute(tx.db)
      })
      const quick = store.write(A, revoke)
      await expect(slow).rejects.toMatchObject(unavailable)
      expect(await quick).toBe(1)
      await expect(store.read(A, (tx) => sql`select pg_sleep(60)`.execute(tx.db))).rejects.toMatchObject(
        unavailable,
      )
      await close()
    })

    it('leaves what is urgent its own connections', async () => {
      const { store, close } = await database.open({
        limits: { connections: { read: 1, write: 1, urgent: 2 }, connectionWait: 50 },
      })
      await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
      const { promise: gate, resolve: go } = Promise.withResolvers<void>()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const holding = [
        store.read(A, () => gate),
        store.write(A, () => {
          begin()
          return gate
        }),
      ]
      await begun
      await expect(store.write(B, revoke)).rejects.toMatchObject(unavailable)
      expect(await store.write(B, revoke, 'urgent')).toBe(1)
      expect((await store.read(B, (tx) => head(tx), 'urgent')).position.seq).toBe(1)
      go()
      await Promise.all(holding)
      await close()
    })

    it('is not for a server that is not there', async () => {
      const start = openStore({ dataDir: '', databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' })
      await expect(start).rejects.toMatchObject(unavailable)
    })
  },
)
