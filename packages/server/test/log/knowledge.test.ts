import { describe, expect, it } from 'vitest'
import { Knowledge, Tail } from '../../src/log/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { appendTo, openLogs, userRevoked } from '../support/log.ts'

function node(store: Store) {
  const tail = new Tail(store, { pollInterval: 3_600_000 })
  const troubles: unknown[] = []
  const knowledge = new Knowledge({
    store,
    tail,
    onDiverged: async () => {},
    onTrouble: (trouble) => troubles.push(trouble),
  })
  return {
    knowledge,
    troubles,
    close() {
      knowledge.close()
      tail.close()
    },
  }
}

describe.each(DATABASES)('knowledge on $name', (database) => {
  it('has every entry whose append was acknowledged before it was asked, however many ask at once', async () => {
    const { store, close } = await database.open()
    const { knowledge, troubles, close: closeNode } = node(store)
    await openLogs(store, ORGANIZATION_A, ORGANIZATION_B)
    const rounds = Array.from({ length: 60 }, async (_, round) => {
      const { seq } = await appendTo(store, ORGANIZATION_A, userRevoked(`u${round}`))
      const index = await knowledge.confirm(ORGANIZATION_A)
      expect(index.seq).toBeGreaterThanOrEqual(seq)
      expect(index.cutoffs.users.get(`u${round}`)).toBe(seq)
    })
    await Promise.all(rounds)
    expect((await knowledge.confirm(ORGANIZATION_B)).seq).toBe(0)
    expect(troubles).toEqual([])
    closeNode()
    await close()
  })

  it('begins with the live entries of a log that was written before', async () => {
    const { store, close } = await database.open()
    await openLogs(store, ORGANIZATION_A)
    const { seq } = await appendTo(store, ORGANIZATION_A, userRevoked('early'))
    const { knowledge, close: closeNode } = node(store)
    expect((await knowledge.confirm(ORGANIZATION_A)).cutoffs.users.get('early')).toBe(seq)
    closeNode()
    await close()
  })

  it('refuses a log that does not exist', async () => {
    const { store, close } = await database.open()
    const { knowledge, close: closeNode } = node(store)
    await expect(knowledge.confirm(ORGANIZATION_A)).rejects.toMatchObject({ code: 'not_found' })
    closeNode()
    await close()
  })
})

describe.each(DATABASES.filter(({ name }) => name === 'postgres'))('two nodes over $name', (database) => {
  it('know what the other acknowledged', async () => {
    const place = await database.place()
    const [one, two] = [await openStore(place.options), await openStore(place.options)]
    await openLogs(one, ORGANIZATION_A)
    const { knowledge, close } = node(two)
    for (let round = 0; round < 20; round += 1) {
      const { seq } = await appendTo(one, ORGANIZATION_A, userRevoked('u'))
      expect((await knowledge.confirm(ORGANIZATION_A)).cutoffs.users.get('u')).toBe(seq)
    }
    close()
    await one.close()
    await two.close()
    await place.remove()
  })
})
