import { Type } from 'typebox'
import { UserProfile, UserProfileChange } from '../../directory/users-profile.ts'

const Password = Type.Object(
  { value: Type.String({ minLength: 1, maxLength: 1024 }) },
  { additionalProperties: false },
)

/**
 * What a client that read a user sends back with it. Tolerated and not looked at: all of it is decided by the
 * server. `groupIds` and other members that would have an effect in Okta are refused instead.
 */
const READ_ONLY = Object.fromEntries(
  [
    'id',
    'status',
    'created',
    'activated',
    'statusChanged',
    'lastLogin',
    'lastUpdated',
    'passwordChanged',
    'transitioningToStatus',
    'type',
    '_links',
    '_embedded',
  ].map((name) => [name, Type.Optional(Type.Unknown())]),
)

/** `provider` is read-only here: every user's is this authority. A password without a value is one that was read. */
const Credentials = Type.Optional(
  Type.Object(
    {
      password: Type.Optional(Type.Union([Password, Type.Object({}, { additionalProperties: false })])),
      provider: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  ),
)

export const NewUserBody = Type.Object(
  { ...READ_ONLY, profile: UserProfile, credentials: Credentials },
  { additionalProperties: false },
)

export const ReplaceUserBody = NewUserBody

export const UpdateUserBody = Type.Object(
  { ...READ_ONLY, profile: Type.Optional(UserProfileChange), credentials: Credentials },
  { additionalProperties: false },
)

export const ChangePasswordBody = Type.Object(
  { oldPassword: Password, newPassword: Password, revokeSessions: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)
