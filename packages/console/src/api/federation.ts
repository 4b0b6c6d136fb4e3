import { queryOptions } from '@tanstack/react-query'
import { ask, native, withQuery } from './http.ts'
import { list, nullable, number, type Of, object, optional, pageOf, text } from './shape.ts'

const Named = object({ id: text, name: optional(text, '') })

const ProviderKey = object({
  kid: nullable(text),
  thumbprint: text,
  kty: optional(text, ''),
  alg: nullable(text),
  state: optional(text, 'trusted'),
  firstSeenAt: nullable(text),
})
export type ProviderKey = Of<typeof ProviderKey>

export const IdentityProvider = object({
  id: text,
  displayName: text,
  issuerUri: text,
  status: optional(text, 'ACTIVE'),
  keys: optional(list(ProviderKey), []),
  organizations: optional(list(Named), []),
  clusters: optional(list(Named), []),
})
export type IdentityProvider = Of<typeof IdentityProvider>

export async function identityProviders(signal?: AbortSignal): Promise<readonly IdentityProvider[]> {
  const page = await ask(withQuery(native('identity-providers'), { limit: 200 }), pageOf(IdentityProvider), {
    signal,
  })
  return page.items
}

export const providersQuery = queryOptions({
  queryKey: ['federation', 'providers'],
  queryFn: ({ signal }) => identityProviders(signal),
})

const Federation = object({
  id: text,
  name: optional(text, ''),
  organizations: optional(list(Named), []),
  domains: optional(list(text), []),
})

export const federationsQuery = queryOptions({
  queryKey: ['federation', 'settings'],
  queryFn: ({ signal }) => ask(native('federations'), pageOf(Federation), { signal }),
})

const Health = object({
  state: optional(text, 'unknown'),
  fetchedAt: nullable(text),
  nextFetchAt: nullable(text),
  lastError: nullable(text),
  keys: nullable(number),
})

export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ['federation', 'health', id],
    queryFn: ({ signal }) => ask(native('identity-providers', id, 'health'), Health, { signal, idle: true }),
    refetchInterval: 10_000,
  })
