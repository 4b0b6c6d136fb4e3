import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { openNodes, type TestNodes } from '../../support/nodes.ts'
import { Rounds } from './rounds.ts'

/** Another run: `RESCIND_RACE_SEED=… RESCIND_RACE_ROUNDS=…`. */
const SEED = Number(process.env.RESCIND_RACE_SEED ?? randomInt(2 ** 31))
const ROUNDS = { sqlite: 200, postgres: 50 } as const
const NODES = { sqlite: 1, postgres: 2 } as const

describe.each(DATABASES)('issuing against revoking, at random, on $name', ({ name, ...database }) => {
  let nodes: TestNodes
  beforeAll(async () => {
    nodes = await openNodes({ name, ...database }, { count: NODES[name] })
  })
  afterAll(() => nodes.close())

  it('lets nothing live on that was revoked, and revokes nothing else', async () => {
    process.stdout.write(`races on ${name}: RESCIND_RACE_SEED=${SEED}\n`)
    const rounds = await Rounds.open(nodes, SEED)
    const count = Number(process.env.RESCIND_RACE_ROUNDS ?? ROUNDS[name])
    for (let round = 0; round < count; round += 1)
      await rounds.run().catch((failure: unknown) => {
        throw new Error(`seed ${SEED}, round ${round}`, { cause: failure })
      })
    // What never happened was not tried.
    expect([...rounds.seen.keys()]).toEqual(
      expect.arrayContaining([
        'issued',
        'refreshed',
        'authorized',
        'code exchanged',
        'refresh refused',
        'active',
        'inactive',
        'revoked token',
        'revoked grant',
        'revoked application',
        'revoked api',
        'revoked user',
      ]),
    )
  }, 180_000)
})
