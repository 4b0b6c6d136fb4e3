import { describe, expect, it } from 'vitest'
import { append, openLog } from '../../src/log/index.ts'
import { SYSTEM } from '../../src/store/index.ts'
import { DATABASES } from '../support/databases.ts'

const organizationId = '656e4d8e91cb7d26db1bc9c6'

describe.each(DATABASES)('group commit on $name', (database) => {
  it('gives entries of concurrent commands consecutive positions and loses only what a refused command wrote', async () => {
    const { store, close } = await database.open()
    await store.write(SYSTEM, (tx) => openLog(tx, organizationId))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        store.write({ organizationId }, async (tx) => {
          const { seq } = await append(
            tx,
            { kind: 'user.revoked', subject: { user: `u${index}` }, actor: { type: 'system', id: 't' } },
            0,
          )
          if (index === 4) throw new Error('refused')
          return seq
        }),
      ),
    )
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    ).toEqual([1, 2, 3, 4, 'refused', 5, 6, 7, 8, 9])
    const entries = await store.read({ organizationId }, (tx) =>
      tx.db.selectFrom('log_entries').select('seq').orderBy('seq').execute(),
    )
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await close()
  })
})
