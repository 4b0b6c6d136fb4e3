import { queryOptions } from '@tanstack/react-query'
import { Actions } from './actions.ts'
import { ask, command, native } from './http.ts'
import { anything, flag, list, nullable, number, type Of, object, optional, record, text } from './shape.ts'

const Key = object({
  id: text,
  kid: nullable(text),
  use: optional(text, 'enc'),
  alg: nullable(text),
  kty: optional(text, ''),
  crv: nullable(text),
  thumbprint: nullable(text),
  jwk: optional(record(anything), {}),
  status: text,
  createdAt: nullable(text),
  updatedAt: nullable(text),
  actions: Actions,
})
export type Key = Of<typeof Key>

const ClientKeys = object({
  managed: flag,
  jwksUri: nullable(text),
  signing: optional(list(Key), []),
  encryption: optional(list(Key), []),
  actions: Actions,
})

/** Where the keys of an owner are: of an application, or of an authorization server (encryption only). */
export type KeyOwner =
  | { readonly of: 'application'; readonly id: string }
  | { readonly of: 'authorization_server'; readonly id: string }

const pathOf = (owner: KeyOwner, ...more: readonly string[]): string =>
  owner.of === 'application'
    ? native('applications', owner.id, 'keys', ...more)
    : native('authorization-servers', owner.id, 'encryption-keys', ...more)

export const keysKey = (owner: KeyOwner) => ['keys', owner.of, owner.id]

export const clientKeysQuery = (id: string) =>
  queryOptions({
    queryKey: keysKey({ of: 'application', id }),
    queryFn: ({ signal }) => ask(pathOf({ of: 'application', id }), ClientKeys, { signal }),
  })

const EncryptionKeys = object({
  encrypts: optional(flag, false),
  jwksUri: nullable(text),
  keys: list(Key),
  limit: nullable(number),
})

export const encryptionKeysQuery = (id: string) =>
  queryOptions({
    queryKey: keysKey({ of: 'authorization_server', id }),
    queryFn: ({ signal }) => ask(pathOf({ of: 'authorization_server', id }), EncryptionKeys, { signal }),
  })

export const addKey = (owner: KeyOwner, jwk: object, use: 'sig' | 'enc', status: 'ACTIVE' | 'INACTIVE') =>
  ask(pathOf(owner), Key, {
    method: 'POST',
    body: owner.of === 'application' ? { jwk, use, status } : { jwk: { ...jwk, status } },
  })

export const changeKey = (owner: KeyOwner, key: string, change: 'activate' | 'deactivate') =>
  ask(pathOf(owner, key, change), anything, { method: 'POST', body: {} })

export const deleteKey = (owner: KeyOwner, key: string) => command(pathOf(owner, key), { method: 'DELETE' })
