import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { openNodes, type TestNodes } from '../../support/nodes.ts'
import { Rounds } from './rounds.ts'

/**
 * Each request is judged by a model that knows nothing but the order of requests and answers. Why the steps of the
 * authority that this drives exist, it shows where they are left out:
 * - A request captures its position before it reads. Stamped with the position at which it is saved instead, what is
 *   derived from something revoked in between stays active: found within the first rounds.
 * - A node confirms that it knows the newest entry before it answers. Where it answers from what it has heard, a
 *   revocation that the other node has acknowledged is not in force on it yet: found with two nodes.
 * - The judgement before an answer leaves only spares clients dead tokens: their position voids them anyway.
 *
 * Another run: `RESCIND_RACE_SEED=… RESCIND_RACE_ROUNDS=…`.
 */
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
