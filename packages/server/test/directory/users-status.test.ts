import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCKED_STATUSES, ENABLED_STATUSES, nextStatus, STATUSES } from '../../src/directory/users-status.ts'

const OPERATIONS = [
  'activate',
  'reactivate',
  'suspend',
  'unsuspend',
  'deactivate',
  'set_password',
  'change_password',
  'expire_password',
] as const

describe('the life of a user', () => {
  it('never lets in a user who has no password', () => {
    for (const status of STATUSES)
      for (const operation of ['activate', 'reactivate'] as const)
        expect(nextStatus(status, operation, false)).not.toBe('ACTIVE')
  })

  it('leaves a block only by the operation that is for it', () => {
    const ways = STATUSES.filter((status) => BLOCKED_STATUSES.includes(status)).flatMap((status) =>
      OPERATIONS.filter((operation) => {
        const next = nextStatus(status, operation, true)
        return next !== undefined && !BLOCKED_STATUSES.includes(next)
      }).map((operation) => [status, operation]),
    )
    expect(ways).toEqual([
      ['SUSPENDED', 'unsuspend'],
      ['DEPROVISIONED', 'activate'],
    ])
  })

  it('can always end, and always begin again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...OPERATIONS)), fc.boolean(), (operations, hasPassword) => {
        let status = STATUSES[0] ?? 'STAGED'
        for (const operation of operations) status = nextStatus(status, operation, hasPassword) ?? status
        expect(STATUSES).toContain(status)
        const ended = status === 'DEPROVISIONED' ? status : nextStatus(status, 'deactivate', hasPassword)
        expect(ended).toBe('DEPROVISIONED')
        expect(nextStatus('DEPROVISIONED', 'activate', hasPassword)).toBe(
          hasPassword ? 'ACTIVE' : 'PROVISIONED',
        )
      }),
    )
  })

  it('is never blocked and enabled at once', () => {
    expect(ENABLED_STATUSES.filter((status) => BLOCKED_STATUSES.includes(status))).toEqual([])
  })
})
