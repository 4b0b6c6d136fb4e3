import { queryOptions } from '@tanstack/react-query'
import { Actions } from './actions.ts'
import { ask, command, native, withQuery } from './http.ts'
import {
  anything,
  flag,
  list,
  nullable,
  number,
  type Of,
  object,
  optional,
  pageOf,
  record,
  text,
} from './shape.ts'

const USER = {
  id: text,
  login: text,
  status: text,
  profile: record(anything),
  hasPassword: optional(flag, false),
  createdAt: text,
  updatedAt: nullable(text),
  activatedAt: nullable(text),
  statusChangedAt: nullable(text),
  lastLoginAt: nullable(text),
  passwordChangedAt: nullable(text),
}
export const User = object(USER)
export type User = Of<typeof User>

const UserInFull = object({
  ...USER,
  isYou: optional(flag, false),
  roles: optional(list(anything), []),
  actions: Actions,
})
export type UserInFull = Of<typeof UserInFull>

export const Count = object({ count: number, exact: optional(flag, true) })
export type Count = Of<typeof Count>

export const usersPath = native('users')

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => ask(native('users', id), UserInFull, { signal }),
  })

export const userCountQuery = (filter: Readonly<Record<string, string>>) =>
  queryOptions({
    queryKey: ['users', 'count', filter],
    queryFn: ({ signal }) => ask(withQuery(native('users', 'count'), filter), Count, { signal }),
  })

/** A text of the profile; empty where there is none. */
export function profileText({ profile }: Pick<User, 'profile'>, name: string): string {
  const value = profile[name]
  return typeof value === 'string' ? value : ''
}

/** What to call somebody: the name where there is one, the login otherwise. */
export function nameOf(user: Pick<User, 'profile' | 'login'>): string {
  const full = [profileText(user, 'firstName'), profileText(user, 'lastName')].filter(Boolean).join(' ')
  return profileText(user, 'displayName') || full || user.login
}

export function roleNames({ roles }: UserInFull): readonly string[] {
  return roles.flatMap((role) => {
    if (typeof role === 'string') return [role]
    const name = typeof role === 'object' && role !== null && 'role' in role ? role.role : undefined
    return typeof name === 'string' ? [name] : []
  })
}

export interface NewUser {
  readonly profile: Readonly<Record<string, string>>
  readonly password?: string
  readonly activate: boolean
}

export const createUser = (user: NewUser) => ask(usersPath, User, { method: 'POST', body: user })

export const updateUser = (id: string, profile: Readonly<Record<string, string | null>>) =>
  ask(native('users', id), User, { method: 'PATCH', body: { profile } })

export type Lifecycle = 'suspend' | 'unsuspend' | 'disable' | 'enable'

export const changeUser = (id: string, change: Lifecycle) =>
  ask(native('users', id, change), User, { method: 'POST', body: {} })

export const deleteUser = (id: string) => command(native('users', id), { method: 'DELETE' })

const Temporary = object({ temporaryPassword: nullable(text) })

export const setPassword = (id: string, password: string, mustChange: boolean) =>
  ask(native('users', id, 'password'), optional(Temporary, { temporaryPassword: null }), {
    method: 'PUT',
    body: { password, mustChange },
  })

export const setTemporaryPassword = (id: string) =>
  ask(native('users', id, 'password'), Temporary, { method: 'PUT', body: { temporary: true } })

export const grantRole = (id: string, role: string) =>
  command(native('users', id, 'roles', role), { method: 'PUT' })
export const withdrawRole = (id: string, role: string) =>
  command(native('users', id, 'roles', role), { method: 'DELETE' })

const Session = object({
  id: text,
  signedInAt: text,
  expiresAt: nullable(text),
  ip: nullable(text),
  userAgent: nullable(text),
  applications: optional(list(text), []),
  isYours: optional(flag, false),
})
export type UserSession = Of<typeof Session>

export const sessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['sessions', id],
    queryFn: ({ signal }) =>
      ask(native('users', id, 'sessions'), object({ items: list(Session) }), { signal }),
  })

export const endSession = (id: string, session: string) =>
  command(native('users', id, 'sessions', session), { method: 'DELETE' })

const ActingApplication = object({
  clientId: text,
  label: text,
  scopes: optional(list(text), []),
  tokens: optional(number, 0),
})
export type ActingApplication = Of<typeof ActingApplication>

/** Which applications hold consents or live tokens of the user. */
export const userApplicationsQuery = (id: string) =>
  queryOptions({
    queryKey: ['grants', id],
    queryFn: ({ signal }) =>
      ask(native('users', id, 'applications'), object({ items: list(ActingApplication) }), { signal }),
  })

export const findUsers = (q: string, signal?: AbortSignal) =>
  ask(withQuery(usersPath, { q, limit: 8 }), pageOf(User), { signal })
