import { queryOptions } from '@tanstack/react-query'
import { ApiError, ask, command, rememberCsrf } from './http.ts'
import { flag, list, nullable, object, optional, text } from './shape.ts'

const Session = object({
  user: object({ id: text, login: text, displayName: optional(text, '') }),
  organization: object({ id: text, name: text, subdomain: optional(text, '') }),
  roles: optional(list(text), []),
  canManage: optional(flag, true),
  csrf: text,
  signedInAt: nullable(text),
  idleExpiresAt: nullable(text),
  expiresAt: text,
  publicUrl: optional(text, ''),
  version: optional(text, ''),
})
export type Session = ReturnType<typeof Session>

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await ask('/console/session', Session, { signal, idle: true })
      rememberCsrf(session.csrf)
      return session
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) return null
      throw failure
    }
  },
  refetchInterval: 60_000,
  staleTime: 30_000,
})

export function signOut(): Promise<undefined> {
  return command('/console/sign-out', { method: 'POST' })
}

/** Where a sign-in starts that ends at the present page. */
export function signInAddress(again = false): string {
  const to = `${location.pathname}${location.search}`
  const query = new URLSearchParams({ to: to.startsWith('/console/') ? to : '/console/' })
  if (again) query.set('again', '1')
  return `/console/sign-in?${query}`
}
