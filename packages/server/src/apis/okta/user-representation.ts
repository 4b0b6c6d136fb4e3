import type { User } from '../../directory/users.ts'
import type { UserStatus } from '../../store/tables/users.ts'
import { oktaTime } from './times.ts'

/**
 * A user as Okta shows one. `_links` has what may be done next, and no `self`: Okta's SDKs cache what has one,
 * and would show a suspended user as active.
 */
export function representUser(user: User, publicUrl: string) {
  return {
    id: user.id,
    status: user.status,
    created: oktaTime(user.createdAt),
    activated: oktaTime(user.activatedAt),
    statusChanged: oktaTime(user.statusChangedAt),
    lastLogin: oktaTime(user.lastLoginAt),
    lastUpdated: oktaTime(user.updatedAt),
    passwordChanged: oktaTime(user.passwordChangedAt),
    profile: user.profile,
    credentials: {
      ...(user.hasPassword ? { password: {} } : {}),
      provider: { type: 'OKTA', name: 'OKTA' },
    },
    _links: linksOf(user, `${publicUrl}/api/v1/users/${user.id}`),
  }
}

const LIFECYCLE: { readonly [Status in UserStatus]: readonly string[] } = {
  STAGED: ['activate', 'deactivate'],
  PROVISIONED: ['reactivate', 'deactivate'],
  ACTIVE: ['suspend', 'expire_password', 'deactivate'],
  PASSWORD_EXPIRED: ['expire_password', 'deactivate'],
  SUSPENDED: ['unsuspend', 'deactivate'],
  DEPROVISIONED: ['activate'],
}

/** `expire_password` is `expirePassword` among the links of a user. */
function linksOf({ status }: User, self: string) {
  return Object.fromEntries(
    LIFECYCLE[status].map((operation) => [
      operation.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      { href: `${self}/lifecycle/${operation}`, method: 'POST' },
    ]),
  )
}
