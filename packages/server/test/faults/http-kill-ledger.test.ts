import { expect, it } from 'vitest'
import { type Effect, Ledger, type Standing } from './http-kill-ledger.ts'

const added: Effect = { subject: 'key a', kinds: ['key.published'], state: 'INACTIVE' }
const activated: Effect = { subject: 'key a', kinds: ['key.activated'], state: 'ACTIVE' }
const other: Effect = { subject: 'key b', kinds: ['key.retired'], state: 'INACTIVE' }

const found = (...standings: readonly (readonly [string, Standing])[]) => new Map(standings)
const afterAdd: Standing = { kinds: ['key.published'], state: 'INACTIVE' }
const afterActivate: Standing = { kinds: ['key.published', 'key.activated'], state: 'ACTIVE' }

function ledger(acknowledged: readonly Effect[], unanswered: readonly Effect[] = []): Ledger {
  const it = new Ledger()
  if (acknowledged.length > 0) it.acknowledge(it.begin(acknowledged))
  if (unanswered.length > 0) it.begin(unanswered)
  return it
}

it('is content with what was acknowledged', () => {
  expect(ledger([added]).settle(found(['key a', afterAdd])).faults).toEqual([])
})

it.each([
  ['done', found(['key a', afterActivate]), { done: 1, undone: 0, faults: [] }],
  ['not done', found(['key a', afterAdd]), { done: 0, undone: 1, faults: [] }],
])('takes an unanswered change as %s, when it was found so', (_, there, settlement) => {
  const subject = ledger([added], [activated])
  expect(subject.settle(there)).toEqual(settlement)
  expect(subject.settle(there).faults).toEqual([])
})

it.each([
  ['an acknowledged change that is gone', ledger([added]), found()],
  ['an entry without its change', ledger([added]), found(['key a', { ...afterAdd, state: 'absent' }])],
  ['a change without its entry', ledger([added]), found(['key a', { ...afterAdd, kinds: [] }])],
  [
    'an entry twice',
    ledger([added]),
    found(['key a', { ...afterAdd, kinds: ['key.published', 'key.published'] }]),
  ],
  ['a change that nobody asked for', ledger([added]), found(['key a', afterActivate])],
  ['a thing that nobody made', ledger([added]), found(['key a', afterAdd], ['key c', afterAdd])],
  ['half of an unanswered change', ledger([added], [activated, other]), found(['key a', afterActivate])],
  [
    'the state of an unanswered change without its entry',
    ledger([added], [activated]),
    found(['key a', { ...afterAdd, state: 'ACTIVE' }]),
  ],
])('finds %s', (_, subject, there) => {
  expect(subject.settle(there).faults).not.toEqual([])
})
