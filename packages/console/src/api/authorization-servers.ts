import { queryOptions } from '@tanstack/react-query'
import { Actions } from './actions.ts'
import { ask, command, native } from './http.ts'
import type { Reason } from './revocations.ts'
import { flag, list, nullable, type Of, object, optional, text } from './shape.ts'

export const AuthorizationServer = object({
  id: text,
  name: text,
  description: optional(text, ''),
  audiences: optional(list(text), []),
  issuer: text,
  status: text,
  isDefault: optional(flag, false),
  createdAt: nullable(text),
  updatedAt: nullable(text),
  actions: Actions,
})
export type AuthorizationServer = Of<typeof AuthorizationServer>

export const serversPath = native('authorization-servers')

export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: ['servers', 'one', id],
    queryFn: ({ signal }) => ask(native('authorization-servers', id), AuthorizationServer, { signal }),
  })

export const createServer = (body: { name: string; description: string; audiences: readonly string[] }) =>
  ask(serversPath, AuthorizationServer, { method: 'POST', body })

export const changeServer = (id: string, change: 'activate' | 'deactivate') =>
  ask(native('authorization-servers', id, change), AuthorizationServer, { method: 'POST', body: {} })

export const deleteServer = (id: string) => command(native('authorization-servers', id), { method: 'DELETE' })

const SigningKey = object({
  kid: text,
  algorithm: text,
  status: text,
  state: nullable(text),
  thumbprint: nullable(text),
  publishedAt: text,
  activatedAt: nullable(text),
  retiredAt: nullable(text),
  revokedAt: nullable(text),
  publishedUntil: nullable(text),
  withdrawnAt: nullable(text),
  /** When the last token expires that it signed; not exact: at the latest then. */
  lastTokenExpires: nullable(object({ at: text, exact: flag })),
})
export type SigningKey = Of<typeof SigningKey>

const SigningRing = object({
  authorizationServerId: text,
  issuer: nullable(text),
  algorithm: text,
  rotationMode: text,
  nextRotation: nullable(text),
  keys: list(SigningKey),
})
export type SigningRing = Of<typeof SigningRing>

export const signingQuery = (id: string) =>
  queryOptions({
    queryKey: ['servers', 'signing', id],
    queryFn: ({ signal }) => ask(native('authorization-servers', id, 'signing'), SigningRing, { signal }),
  })

export const rotate = (id: string) =>
  ask(native('authorization-servers', id, 'signing', 'rotate'), SigningRing, { method: 'POST', body: {} })

export const rotateAndRevoke = (id: string, body: { kid: string; reason: Reason; note?: string }) =>
  ask(native('authorization-servers', id, 'signing', 'rotate-and-revoke'), SigningRing, {
    method: 'POST',
    body,
  })

/** The states of a signing key as people speak of them. */
export function stateOf({ state, status }: SigningKey): string {
  if (state !== null) return state
  return { NEXT: 'next', ACTIVE: 'active', EXPIRED: 'retired', REVOKED: 'revoked' }[status] ?? status
}
