import { compareMarks, decodeFrame, decodeSnapshot, encodeFrame, encodeSnapshot } from '@rescind/core/log'
import { type Standing, standing, type TokenFacts } from '@rescind/core/standing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyIndex, frame, indexAtStart, indexOf, LOG, logs } from '../log/world.ts'
import { facts } from './arbitrary-facts.ts'
import { modelStanding } from './reference-model.ts'

/** Questions asked of each log. */
const questions = fc.array(facts, { minLength: 20, maxLength: 40 })
/** A log of two incarnations; the second is the present one. */
const histories = fc.record({ before: logs(1, 12), now: logs(2, 25, 1) })
const RUNS = { numRuns: 400 }

describe('standing', () => {
  it('is what a walk over the whole log says', () => {
    fc.assert(
      fc.property(histories, questions, ({ before, now }, asked) => {
        const index = indexOf(now, before)
        for (const each of asked) {
          expect(standing(each, index).standing).toBe(modelStanding(each, [...before, ...now], index))
        }
      }),
      RUNS,
    )
  })

  it('does not depend on the order or number of deliveries', () => {
    const deliveries = histories.chain(({ before, now }) =>
      fc.record({
        before: fc.constant(before),
        now: fc.constant(now),
        delivered: fc.tuple(
          fc.shuffledSubarray([...now], { minLength: now.length, maxLength: now.length }),
          fc.shuffledSubarray([...now]),
        ),
      }),
    )
    fc.assert(
      fc.property(deliveries, questions, ({ before, now, delivered }, asked) => {
        const inOrder = indexOf(now, before)
        const shuffled = indexAtStart(inOrder.incarnation, before)
        const whole = frame(now, { incarnation: inOrder.incarnation, from: 0, to: inOrder.seq })
        shuffled.apply({ ...whole, entries: frame(delivered.flat()).entries })
        for (const each of asked) expect(standing(each, shuffled)).toEqual(standing(each, inOrder))
      }),
      RUNS,
    )
  })

  it('is the same from a snapshot and what followed it as from all entries', () => {
    fc.assert(
      fc.property(histories, fc.nat(25), questions, ({ before, now }, cut, asked) => {
        const whole = indexOf(now, before)
        const early = now.filter(({ position }) => position.seq <= cut)
        const late = now.filter(({ position }) => position.seq > cut)
        const sender = indexAtStart(whole.incarnation, before)
        const range = { incarnation: whole.incarnation, from: 0, to: early.length }
        sender.apply(frame(early, range))
        const follower = emptyIndex()
        follower.load(decodeSnapshot(encodeSnapshot(sender)))
        const rest = frame(late, { incarnation: whole.incarnation, from: early.length, to: whole.seq })
        follower.apply(decodeFrame(encodeFrame(rest)))
        expect(follower.position).toEqual(whole.position)
        expect(follower.hole).toBeUndefined()
        for (const each of asked) expect(standing(each, follower)).toEqual(standing(each, whole))
      }),
      RUNS,
    )
  })

  it('never calls good what an earlier answer, or a lost frame, called void', () => {
    fc.assert(
      fc.property(logs(2), fc.nat(25), questions, (now, lost, asked) => {
        const index = indexAtStart(2)
        const void_ = new Set<number>()
        for (const entry of now) {
          if (entry.position.seq !== lost) index.apply(frame([entry]))
          for (const [question, each] of asked.entries()) {
            const verdict = standing(each, index)
            const { standing: answer } = verdict
            if (void_.has(question)) expect(answer).not.toBe('active')
            if (isLasting(each, verdict)) void_.add(question)
            if (index.hole !== undefined) expect(answer).not.toBe('active')
            const due = now.filter(({ position }) => position.seq <= index.seq)
            if (answer === 'active') expect(modelStanding(each, due, index)).toBe('active')
          }
        }
      }),
      RUNS,
    )
  })

  it('carries blocked keys and foreign cutoffs over into a new incarnation', () => {
    fc.assert(
      fc.property(logs(1), questions, (before, asked) => {
        const follower = indexOf(before)
        // The database was restored from before all of it, and says nothing.
        follower.load({
          log: LOG,
          incarnation: 2,
          seq: 0,
          view: 'whole',
          digest: '00'.repeat(32),
          entries: [],
        })
        for (const each of asked) {
          const answer = standing(each, follower)
          if (each.origin === 'own') {
            const { position } = each
            if (position === undefined || compareMarks(position, { incarnation: 2, seq: 0 }) < 0) {
              expect(answer.standing).toBe('revoked')
            }
          } else {
            const earlier = modelStanding(each, before, { incarnation: 1, seq: before.length })
            if (earlier === 'revoked') expect(answer.standing).toBe('revoked')
            else expect(answer.standing).not.toBe('active')
          }
        }
      }),
      RUNS,
    )
  })
})

/**
 * Whether nothing that may come can make it good again. The span of a key is unknown until its activation arrives.
 * What is revoked by name is older than its revocation; a floor may let go of the name of one that claims not to be.
 */
function isLasting(facts: TokenFacts, verdict: Standing): boolean {
  if (verdict.standing !== 'revoked' || verdict.rule === 'key_span') return false
  if (facts.origin === 'foreign' || !['token', 'grant', 'session'].includes(verdict.rule)) return true
  return (facts.position?.seq ?? 0) < (verdict.by?.seq ?? 0)
}
