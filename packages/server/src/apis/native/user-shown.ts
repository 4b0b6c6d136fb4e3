import { type Static, Type } from '@fastify/type-provider-typebox'
import type { User } from '../../directory/users.ts'
import { UserProfile } from '../../directory/users-profile.ts'
import { STATUSES } from '../../directory/users-status.ts'
import { Time, timeOrNull, timeText } from './times.ts'

const SHOWN = {
  id: Type.String(),
  login: Type.String(),
  status: Type.Enum([...STATUSES]),
  profile: UserProfile,
  hasPassword: Type.Boolean(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  activatedAt: Time,
  statusChangedAt: Time,
  lastLoginAt: Time,
  passwordChangedAt: Time,
}

/** A user as the native API shows it. */
export const UserShown = Type.Object(SHOWN)

export const UserPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

export function showUser(user: User): Static<typeof UserShown> {
  return {
    id: user.id,
    login: user.profile.login,
    status: user.status,
    profile: user.profile,
    hasPassword: user.hasPassword,
    createdAt: timeText(user.createdAt),
    updatedAt: timeText(user.updatedAt),
    activatedAt: timeOrNull(user.activatedAt),
    statusChangedAt: timeOrNull(user.statusChangedAt),
    lastLoginAt: timeOrNull(user.lastLoginAt),
    passwordChangedAt: timeOrNull(user.passwordChangedAt),
  }
}
