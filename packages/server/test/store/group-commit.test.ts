import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, head } from '../../src/log/index.ts'
import { type Store, type StoreEvents, SYSTEM, type WriteTx } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES, type TestStoreOptions } from '../support/databases.ts'
import { openLogs, userRevoked } from '../support/log.ts'

const A = { organizationId: ORGANIZATION_A }
const revoke = (user: string) => async (tx: WriteTx) => (await append(tx, userRevoked(user), 0)).seq

/** What became of commands, as their answers or as the codes and messages of their refusals. */
async function outcomes(commands: readonly Promise<unknown>[]): Promise<unknown[]> {
  return (await Promise.allSettled(commands)).map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : (outcome.reason.code ?? outcome.reason.message),
  )
}

describe.each(DATABASES)('group commit on $name', (database) => {
  let store: Store
  let close: () => Promise<void>
  const troubles: unknown[] = []
  const events: StoreEvents = { onTrouble: (trouble) => troubles.push(trouble) }

  const open = async (options: TestStoreOptions = {}) => {
    ;({ store, close } = await database.open({ ...events, ...options }))
    await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
  }
  beforeEach(() => {
    troubles.length = 0
  })
  afterEach(() => close())

  const users = () =>
    store.read(A, async (tx) =>
      (await tx.db.selectFrom('log_entries').select('body').orderBy('seq').execute()).map(
        (row) => /"user":"(\w+)"/.exec(row.body)?.[1],
      ),
    )

  it('gives entries of concurrent commands consecutive positions and loses only what a refused command wrote', async () => {
    await open()
    const commands = Array.from({ length: 10 }, (_, index) =>
      store.write(A, async (tx) => {
        const seq = await revoke(`u${index}`)(tx)
        if (index === 4) throw new Error('refused')
        return seq
      }),
    )
    expect(await outcomes(commands)).toEqual([1, 2, 3, 4, 'refused', 5, 6, 7, 8, 9])
    expect(await users()).toEqual(['u0', 'u1', 'u2', 'u3', 'u5', 'u6', 'u7', 'u8', 'u9'])
  })

  it('answers a command that throws before it awaits, and one that never awaits', async () => {
    await open()
    const throwing = (): Promise<never> => {
      throw new Error('at once')
    }
    expect(
      await outcomes([
        store.write(A, throwing),
        store.write(A, () => Promise.resolve(7)),
        store.write(A, revoke('u')),
      ]),
    ).toEqual(['at once', 7, 1])
  })

  it('keeps a statement that nobody awaited from running in another command or after the commit', async () => {
    await open()
    let stray: Promise<unknown> = Promise.resolve()
    const careless = store.write(A, async (tx) => {
      stray = revoke('stray')(tx).catch((error: Error) => error.message)
    })
    const after = store.write(A, revoke('orderly'))
    await Promise.allSettled([careless, after])
    expect(await users()).toEqual(['orderly'])
    expect(await stray).toMatch(/await every statement/)
  })

  it('refuses a command that swallowed the failure of its own statement, on either database, and goes on', async () => {
    await open()
    const swallowing = store.write(A, async (tx) => {
      await revoke('u')(tx)
      await tx.db
        .insertInto('log_heads')
        .values({ log_id: ORGANIZATION_A, incarnation: 1, seq: 0, digest: '' })
        .execute()
        .catch(() => {})
      return 'swallowed'
    })
    const after = store.write(A, revoke('after'))
    expect(await outcomes([swallowing, after])).toEqual([
      'a command went on after a statement of its own had failed',
      1,
    ])
    expect(await users()).toEqual(['after'])
  })

  it('gives up a command that never settles, and nothing else', async () => {
    await open({ limits: { commandTimeout: 50 } })
    let late: WriteTx | undefined
    const hanging = store.write(A, async (tx) => {
      late = tx
      await revoke('hanging')(tx)
      await new Promise(() => {})
    })
    expect(await outcomes([hanging, store.write(A, revoke('after'))])).toEqual(['store_unavailable', 1])
    expect(await users()).toEqual(['after'])
    if (late !== undefined) await expect(revoke('late')(late)).rejects.toThrow('await every statement')
  })

  it('refuses at the door when too many wait, keeps room for what is urgent, and recovers', async () => {
    await open({ limits: { commands: { ordinary: 3, urgent: 1 } } })
    const { promise: gate, resolve: go } = Promise.withResolvers<void>()
    const waiting = [1, 2, 3].map(() => store.write(A, () => gate))
    expect(await outcomes([store.write(A, revoke('late'))])).toEqual(['store_unavailable'])
    const urgent = store.write(A, revoke('urgent'), 'urgent')
    expect(await outcomes([store.write(A, revoke('later'), 'urgent')])).toEqual(['store_unavailable'])
    go()
    await Promise.all([...waiting, urgent])
    expect(await store.write(A, revoke('again'))).toBe(2)
  })

  it('runs what is due after the commit, after it, and survives its failing', async () => {
    await open()
    const seen: (number | string)[] = []
    const one = store.write(A, async (tx) => {
      tx.afterCommit(() => seen.push('first'))
      tx.afterCommit(() => {
        throw new Error('not our fault')
      })
      return revoke('u')(tx)
    })
    const refused = store.write(A, async (tx) => {
      tx.afterCommit(() => seen.push('never'))
      throw new Error('refused')
    })
    expect(await outcomes([one, refused])).toEqual([1, 'refused'])
    expect(seen).toEqual(['first'])
    expect(troubles.map(String)).toEqual(['Error: not our fault'])
  })

  it('tells who listens of every log that grew, once it is durable', async () => {
    await open()
    const told: Promise<unknown>[] = []
    const stop = store.onAppended((logs) => {
      if (logs !== 'any' && logs.has(ORGANIZATION_A)) told.push(store.read(A, (tx) => head(tx)))
    })
    await store.write(A, revoke('u'))
    await store.write(A, async () => {})
    stop()
    expect(await told[0]).toMatchObject({ position: { seq: 1 } })
  })

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    await open()
    const { promise: gate, resolve: go } = Promise.withResolvers<void>()
    const running = store.write(A, async (tx) => {
      await gate
      return revoke('u')(tx)
    })
    const closing = close()
    const late = outcomes([store.write(A, revoke('late'))])
    go()
    expect(await running).toBe(1)
    expect(await late).toEqual(['store_unavailable'])
    await closing
    await open()
  })

  it('lets what spans organizations and what does not write side by side, without gaps', async () => {
    await open()
    const B = { organizationId: ORGANIZATION_B }
    const both = (index: number) =>
      store.write(SYSTEM, async (tx) => {
        for (const log of [ORGANIZATION_A, ORGANIZATION_B]) await append(tx, userRevoked(`s${index}`), 0, log)
      })
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        store.write(A, revoke(`a${index}`)),
        store.write(B, revoke(`b${index}`)),
        both(index),
      ]).flat(),
    )
    for (const scope of [A, B]) expect((await store.read(scope, (tx) => head(tx))).position.seq).toBe(40)
  })
})
