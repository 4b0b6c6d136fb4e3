import type { Actor, Authority } from '../authority/index.ts'
import { refuseForHigherUser, refuseForLastAdministrator } from '../directory/roles-of-users.ts'
import { requireUserRow } from '../directory/users.ts'
import { BLOCKED_STATUSES, nextStatus, type UserOperation } from '../directory/users-status.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import type { ReadTx } from '../store/index.ts'
import type { UserRow } from '../store/queries/users.ts'

export const USER_ACTIONS = [
  'update',
  'set_password',
  'suspend',
  'unsuspend',
  'enable',
  'disable',
  'delete',
] as const
export type UserAction = (typeof USER_ACTIONS)[number]

const OPERATIONS: Readonly<Record<Exclude<UserAction, 'update' | 'delete'>, UserOperation>> = {
  set_password: 'set_password',
  suspend: 'suspend',
  unsuspend: 'unsuspend',
  enable: 'activate',
  disable: 'deactivate',
}

/**
 * What the actor may do with a user now, by the guards that stand before the doing itself: for each action null, or
 * the code that it would be refused with. Told to a person beforehand; what is done is judged again.
 *
 * @throws DomainError `not_found`
 */
export function userActions(
  authority: Authority,
  actor: Actor,
  reference: string,
): Promise<Readonly<Record<UserAction, ErrorCode | null>>> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireUserRow(tx, actor, reference)
    const refusals: [UserAction, ErrorCode | null][] = []
    for (const action of USER_ACTIONS)
      refusals.push([action, await refusalOf(() => guard(tx, actor, row, action))])
    return Object.fromEntries(refusals) as Record<UserAction, ErrorCode | null>
  })
}

async function guard(tx: ReadTx, actor: Actor, row: UserRow, action: UserAction): Promise<void> {
  if (!actor.roles.has('organization_admin')) throw new DomainError('permission_denied')
  await refuseForHigherUser(tx, actor, row.id)
  const forbidden = () => new DomainError('user_status_forbids', { operation: action, status: row.status })
  if (action === 'update') {
    if (row.status === 'DEPROVISIONED') throw forbidden()
    return
  }
  if (action === 'delete') {
    if (row.status !== 'DEPROVISIONED') throw forbidden()
    return
  }
  const status = nextStatus(row.status, OPERATIONS[action], row.password_hash !== null)
  if (status === undefined) throw forbidden()
  if (BLOCKED_STATUSES.includes(status)) await refuseForLastAdministrator(tx, row)
}

async function refusalOf(guarded: () => Promise<void>): Promise<ErrorCode | null> {
  try {
    await guarded()
    return null
  } catch (failure) {
    if (failure instanceof DomainError) return failure.code
    throw failure
  }
}
