import { compareMarks, decodeSnapshot, encodeSnapshot, type Mark } from '@rescind/core/log'
import { standing } from '@rescind/core/standing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DIGEST, emptyIndex, frame, indexOf, LOG, logs } from '../log/world.ts'
import { facts } from './arbitrary-facts.ts'

/** Three lives of one log: each later one begins with a database that knows nothing of the others. */
const lives = fc.tuple(logs(1, 12, 1), logs(2, 12, 1), logs(5, 12, 1))
const questions = fc.array(facts, { minLength: 10, maxLength: 20 })
const RUNS = { numRuns: 200 }

describe('incarnations', () => {
  it('only ever go up, whatever comes late, and each voids all positions of those before', () => {
    const deliveries = lives.chain((all) => {
      const whole = all.map((entries) => indexOf(entries))
      const sent = [
        ...whole.map((index) => ({ snapshot: encodeSnapshot(index) })),
        ...all.map((entries) => ({ frame: frame(entries, { from: 0 }) })),
      ]
      return fc.shuffledSubarray([...sent, ...sent], { minLength: sent.length })
    })
    fc.assert(
      fc.property(deliveries, questions, (delivered, asked) => {
        const follower = emptyIndex()
        let last: Mark = follower.position
        let revoked: readonly string[] = []
        for (const each of delivered) {
          if ('frame' in each) follower.apply(each.frame)
          else follower.load(decodeSnapshot(each.snapshot))
          expect(compareMarks(follower.position, last)).toBeGreaterThanOrEqual(0)
          last = follower.position
          // A key that was revoked in any of the lives stays so in all that come.
          expect(follower.revokedKeys).toEqual(expect.arrayContaining([...revoked]))
          revoked = follower.revokedKeys
          for (const question of asked) {
            if (question.origin !== 'own' || question.position?.log !== LOG) continue
            if (question.position.incarnation >= follower.incarnation) continue
            expect(standing(question, follower).standing).toBe('revoked')
          }
        }
      }),
      RUNS,
    )
  })

  it('let the authority, and nobody else, begin anew with an older database, keeping revoked keys', () => {
    fc.assert(
      fc.property(logs(2, 12, 1), logs(1, 12, 1), (known, database) => {
        const index = indexOf(known)
        const revoked = index.revokedKeys
        const older = { log: LOG, incarnation: 1, seq: database.length, view: 'whole', digest: DIGEST }
        const snapshot = { ...older, entries: indexOf(database).entries() }
        expect(index.load(snapshot)).toBe('behind')
        index.divergence = { incarnation: 2, seq: 1 }
        index.startAnew()
        expect([index.hole, index.divergence]).toEqual(['empty', undefined])
        expect(index.load({ ...snapshot, entries: indexOf(database).entries() })).toBe('applied')
        expect(index.position).toMatchObject({ incarnation: 1, seq: database.length })
        expect(index.revokedKeys).toEqual(expect.arrayContaining([...revoked]))
      }),
      RUNS,
    )
  })
})
