import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, head, verifyChain } from '../../src/log/index.ts'
import { openStore, type Store, SYSTEM, type WriteTx } from '../../src/store/index.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { CommitProxy } from '../support/commit-proxy.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { openLogs, userRevoked } from '../support/log.ts'

const A = { organizationId: ORGANIZATION_A }
const revoke = async (tx: WriteTx) => (await append(tx, userRevoked('u'), 0)).seq

describe('a list of databases', () => {
  it('has the embedded one', () => {
    expect(DATABASES.map((database) => database.name)).toContain('sqlite')
  })
})

describe.each(DATABASES.filter((database) => database.name === 'postgres'))(
  'a connection lost at COMMIT on $name',
  (database) => {
    let place: TestPlace
    let proxy: CommitProxy
    let store: Store
    /** The same database, not through the proxy. */
    let witness: Store

    beforeEach(async () => {
      place = await database.place()
      const through = await CommitProxy.before(place.options.databaseUrl ?? '')
      proxy = through.proxy
      const quiet = { onTrouble: () => {}, limits: { connectionWait: 500 } }
      store = await openStore({ dataDir: '', databaseUrl: through.url, ...quiet })
      witness = await openStore({ ...place.options, ...quiet })
      await openLogs(witness, ORGANIZATION_A)
    })
    afterEach(async () => {
      await Promise.all([store.close(), witness.close()])
      await proxy.close()
      await place.remove()
    })

    const seq = async () => (await witness.read(A, (tx) => head(tx))).position.seq

    it('is answered as failed where the COMMIT never arrived, and nothing is there', async () => {
      proxy.arm('cut before')
      await expect(store.write(A, revoke)).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await seq()).toBe(0)
      expect(await store.write(A, revoke)).toBe(1)
    })

    it('is answered as done where only the answer was lost', async () => {
      proxy.arm('cut after')
      expect(await Promise.all([store.write(A, revoke), store.write(A, revoke)])).toEqual([1, 2])
      expect(await seq()).toBe(2)
    })

    it('waits for the lost transaction to end before it answers', async () => {
      proxy.arm('cut and hold')
      expect(await store.write(A, revoke)).toBe(1)
      expect(await seq()).toBe(1)
    })

    it('says that it does not know where nothing was appended to tell by', async () => {
      proxy.arm('cut after')
      const write = store.write(SYSTEM, (tx) =>
        tx.db.insertInto('installation').values({ name: 'fact', value: '' }).execute(),
      )
      await expect(write).rejects.toMatchObject({ code: 'outcome_unknown' })
    })

    it('says that it does not know where the database cannot be asked, and recovers without a restart', async () => {
      proxy.arm('cut after and close')
      await expect(store.write(A, revoke)).rejects.toMatchObject({ code: 'outcome_unknown' })
      await expect(store.write(A, revoke)).rejects.toMatchObject({ code: 'store_unavailable' })
      await expect(store.read(A, (tx) => head(tx))).rejects.toMatchObject({ code: 'store_unavailable' })
      proxy.reopen()
      expect(await store.write(A, revoke)).toBe((await seq()) || 1)
      expect(await witness.read(A, (tx) => verifyChain(tx, ORGANIZATION_A))).toMatchObject({ whole: true })
    })
  },
)
