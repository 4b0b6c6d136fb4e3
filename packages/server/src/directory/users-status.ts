import type { UserStatus } from '../store/tables/users.ts'

/** What moves a user from one status to another. */
export type UserOperation =
  | 'activate'
  | 'reactivate'
  | 'suspend'
  | 'unsuspend'
  | 'deactivate'
  | 'set_password'
  | 'change_password'
  | 'expire_password'

type Transitions = { readonly [From in UserStatus]?: UserStatus | ByPassword }

/** Where the operation leads depends on whether the user has a password to sign in with. */
interface ByPassword {
  readonly with: UserStatus
  readonly without: UserStatus
}

const READY: ByPassword = { with: 'ACTIVE', without: 'PROVISIONED' }

/**
 * The whole life of a user. What is not in the table is refused. A status that nothing here leads to does not
 * exist in this product: there is no lockout (a limiter slows guessing down) and no recovery by mail.
 */
const TABLE: { readonly [Operation in UserOperation]: Transitions } = {
  activate: { STAGED: READY, DEPROVISIONED: READY },
  reactivate: { PROVISIONED: READY },
  suspend: { ACTIVE: 'SUSPENDED' },
  unsuspend: { SUSPENDED: 'ACTIVE' },
  deactivate: {
    STAGED: 'DEPROVISIONED',
    PROVISIONED: 'DEPROVISIONED',
    ACTIVE: 'DEPROVISIONED',
    PASSWORD_EXPIRED: 'DEPROVISIONED',
    SUSPENDED: 'DEPROVISIONED',
  },
  set_password: {
    STAGED: 'STAGED',
    PROVISIONED: 'ACTIVE',
    ACTIVE: 'ACTIVE',
    PASSWORD_EXPIRED: 'ACTIVE',
    SUSPENDED: 'SUSPENDED',
  },
  change_password: { STAGED: 'STAGED', ACTIVE: 'ACTIVE', PASSWORD_EXPIRED: 'ACTIVE' },
  expire_password: { ACTIVE: 'PASSWORD_EXPIRED', PASSWORD_EXPIRED: 'PASSWORD_EXPIRED' },
}

/** The status that an operation leads to, or `undefined` when it is refused. */
export function nextStatus(
  status: UserStatus,
  operation: UserOperation,
  hasPassword: boolean,
): UserStatus | undefined {
  const next = TABLE[operation][status]
  if (next === undefined || typeof next === 'string') return next
  return hasPassword ? next.with : next.without
}

/** In these a user signs in, and what acts for the user acts. */
export const ENABLED_STATUSES: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED']

/** In these a user is blocked: whatever is presented, also what somebody else signed. */
export const BLOCKED_STATUSES: readonly UserStatus[] = ['SUSPENDED', 'DEPROVISIONED']

/** @throws Error when the column holds anything else than a status */
export function readStatus(column: string): UserStatus {
  const known = STATUSES.find((status) => status === column)
  if (known === undefined) throw new Error('a user has a status that this version does not know')
  return known
}

export const STATUSES: readonly UserStatus[] = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'PASSWORD_EXPIRED',
  'SUSPENDED',
  'DEPROVISIONED',
]
